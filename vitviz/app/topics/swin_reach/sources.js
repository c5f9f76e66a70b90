// Where a part fetches q, k and log-sum-exp of a block from.
import { LayerMaths } from "../../../web/explorer/maths.js";
import { PayloadSource } from "../../../web/shared/payload.js";

/** @import { Source } from "./types.js" */

const LIMIT = 96 << 20; // bytes that are kept for each model

/**
 * @param {string} url
 * @param {() => void} missing is called when the server no longer has them
 */
export function sourceAt(url, missing) {
  /** @param {unknown} payload */
  const wrap = (payload) => new LayerMaths(/** @type {ConstructorParameters<typeof LayerMaths>[0]} */ (payload));
  return /** @type {Source} */ (/** @type {unknown} */ (new PayloadSource(url, { limit: LIMIT, wrap, missing })));
}

/**
 * Why nothing came, in words.
 * @param {unknown} error
 * @param {string} gone the words for payloads that are no longer kept
 */
export function problemOf(error, gone) {
  if (!(error instanceof Error)) return String(error);
  return error.message === "gone" || error instanceof TypeError ? gone : error.message;
}
