// All layer norms of a run for hosts without the app.
import { mount } from "../norm_depth/part.js";

/** @import { HostedPart } from "./types.d.ts" */

let latest = 0; // turn of the last choice: an answer to any of them is none to an older one

/** @type {HostedPart} */
export const part = {
  mount,
  choose: (data, { at, token, turn }) => {
    latest = Math.max(latest, turn);
    return { ...data, at, token, turn };
  },
  stateOf: ({ at, token }) => ({ norm: at, token }),
  place: (data, { norm, token }) => ({ ...data, at: norm, token, turn: latest }),
};
