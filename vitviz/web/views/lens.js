// The logit lens for hosts without the app. A reading that is no token's, the model's own, has token null.
import { mount } from "../lens/part.js";

/** @import { HostedPart } from "./types.d.ts" */

/** @type {HostedPart} */
export const part = {
  mount,
  choose: (data, { reading, depth, target }) => ({ ...data, reading, depth, target: followed(data, target) }),
  stateOf: ({ reading, depth, target, classes, own }) => ({
    token: reading < own ? null : reading - own,
    depth,
    class: classes[target].index,
  }),
  place: (data, { token, depth, class: index }) => ({
    ...data,
    reading: token === null ? 0 : data.own + token,
    depth,
    target: followed(data, index),
  }),
};

/**
 * @param {{ classes: { index: number }[], target: number }} data
 * @param {number} target a class's index in the model
 */
function followed({ classes, target: before }, target) {
  const at = classes.findIndex(({ index }) => index === target);
  return at < 0 ? before : at;
}
