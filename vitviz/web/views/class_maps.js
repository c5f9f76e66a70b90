// Class maps for hosts without the app.
import { mount } from "../class_maps/part.js";

/** @import { HostedPart } from "./types.d.ts" */

/** @type {HostedPart} */
export const part = {
  mount,
  choose: (data, method) => ({ ...data, chosen: method }),
  stateOf: ({ chosen, class: index }) => ({ method: chosen, class: index }),
  place: (data, { method }) => ({ ...data, chosen: method }),
};
