// What the explorer says of a scene: names of maps and tokens, the line under the picture, the figures of a head.
import { number } from "../shared/format.js";
import { filled } from "../shared/words.js";
import { queriesOf } from "./state.js";
import { placeOf } from "./tokens.js";
import { strongest } from "./weights.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Choice, ExplorerPicture, Scene } from "./types.d.ts" */

const NAMED = 4; // strongest targets in the line below the picture

/**
 * @param {Scene} scene
 * @param {Choice} choice
 * @param {ExplorerPicture} [picture] whose map it is
 */
export function nameOf({ data, state }, { layer, head }, picture = data) {
  const { words } = data;
  const { layers } = picture;
  if (head === "rollout") return filled(words.rolloutName, { start: state.start, end: layers.length - 1 });
  const { name, window, shift } = layers[layer];
  const kind = window ? (shift ? " SW-MSA" : " W-MSA") : "";
  return `${name}${kind} \u00b7 ${typeof head === "number" ? `${words.head} ${head}` : words[head]}`;
}

/**
 * @param {Scene} scene
 * @param {number} token
 */
export function tokenName({ data, state }, token) {
  const layer = data.layers[state.layer];
  const place = placeOf(token, layer);
  return place ? `(${place[0]}, ${place[1]})` : layer.prefix[token];
}

/**
 * The token whose attention is shown, or how many are averaged.
 * @param {Scene} scene
 */
function subjectName(scene) {
  const queries = queriesOf(scene.state);
  if (queries !== scene.state.region) return tokenName(scene, scene.state.token);
  return filled(scene.data.words.regionName, { n: queries.length });
}

/** @param {Scene} scene */
const chosenMap = ({ engines, state }) => engines[0].map(state, queriesOf(state), state.direction, state.start);

/**
 * The tokens with the largest weights in the chosen map, none while it is not there.
 * @param {Scene} scene
 */
export function strongestOf(scene) {
  const map = chosenMap(scene);
  return map ? strongest(map.values.subarray(map.offset, map.offset + map.tokens), NAMED) : [];
}

/**
 * The line under the picture: a problem or hint, the strongest of a row or column, or one pair.
 * @param {Scene} scene
 */
export function reading(scene) {
  const { state, other, problem, hint } = scene;
  const { words } = scene.data;
  if (problem || hint) return problem || hint;
  const top = strongestOf(scene);
  if (!top.length) return words.loading;
  if (other !== null) return pairText(scene, other);
  const verb = state.direction === "row" ? words.looksAt : words.seenBy;
  const listed = top.map(([token, weight]) => `${tokenName(scene, token)} ${number(weight)}`);
  return `${subjectName(scene)} ${verb}  ${listed.join(" \u00b7 ")}`;
}

/**
 * @param {Scene} scene
 * @param {number} other
 */
function pairText(scene, other) {
  const { state, engines, data } = scene;
  const map = chosenMap(scene);
  const maths = engines[0].layer(state.layer);
  if (!map || !maths) return data.words.loading;
  const weight = map.values[map.offset + other];
  const row = state.direction === "row";
  const pair = [subjectName(scene), tokenName(scene, other)];
  const name = `A[${(row ? pair : pair.reverse()).join(", ")}]`;
  if (Number.isNaN(weight)) return `${name}: ${data.words.outside}`;
  if (queriesOf(state) === state.region) return `${name} = ${number(weight)}`;
  const [i, j] = row ? [state.token, other] : [other, state.token];
  if (maths.isCut(i, j)) return `${name} = ${number(weight)}: ${data.words.cut}`;
  const n = maths.legal(state.token); // how many tokens the weights of the row are shared among
  return `${name} = ${number(weight)} = ${number(weight * n)} \u00d7 1/${n}`;
}

/**
 * Entropy and mean distance of a head; empty for a mean, and while its layer is not there.
 * @param {Scene} scene
 * @param {Choice} choice
 */
export function figures({ data, engines }, { layer, head }) {
  if (typeof head !== "number") return "";
  const [entropy, distance] = [engines[0].figure("entropy", layer, head), engines[0].figure("distance", layer, head)];
  if (entropy === undefined) return "";
  return `   ${filled(data.words.figures, { entropy: entropy.toFixed(2), distance: distance?.toFixed(1) ?? "?" })}`;
}

/**
 * The sink columns of a head of a ViT, empty where it has none; a mean has none of its own.
 * @param {Scene} scene
 * @param {Choice} choice
 */
export function sinkText({ data, engines }, { layer, head }) {
  const header = engines[0].layer(layer)?.header;
  const found = typeof head === "number" ? header?.sinks?.[head] : undefined;
  if (!found?.length) return "";
  const names = found.map(([key, share]) => {
    const place = placeOf(key, data.layers[layer]);
    return `${place ? `(${place[0]}, ${place[1]})` : data.layers[layer].prefix[key]} ${Math.round(100 * share)} %`;
  });
  return filled(data.words.sinks, { names: names.join(", ") });
}

/**
 * What a failed request is in words: of a missing payload or server, of attention that cannot be drawn, or its own message.
 * @param {unknown} error
 * @param {Words} words
 */
export function problemOf(error, words) {
  const message = error instanceof Error ? error.message : String(error);
  if (message === "edited") return words.edited;
  return isGone(error) || error instanceof TypeError ? words.gone : message;
}

/**
 * Whether the server has these numbers no more.
 * @param {unknown} error
 */
export function isGone(error) {
  return error instanceof Error && error.message === "gone";
}
