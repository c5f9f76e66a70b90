// The shift lab for hosts without the app. A file has what can be asked for in `kept`: every block as the model cuts it, and
// the weights of windows; a kernel computes it.
import { mount } from "../swin_shift/part.js";

/** @import { LabData, Setting } from "../swin_shift/types.d.ts" */
/** @import { HostedPart } from "./types.d.ts" */
/**
 * `blocks` has the data of every block without weights, `weights` those of a window by `BLOCK WINDOW`, `none` says why
 * there are no others.
 * @typedef {{ blocks: Record<string, LabData>, weights: Record<string, LabData["attention"]>, none: string }} Kept
 */

let latest = 0; // of the choices that were made: an answer to any of them is none to an older one

/** @type {HostedPart} */
export const part = {
  mount,
  choose: (data, wanted) => {
    latest = Math.max(latest, wanted.sequence);
    const setting = { ...data.setting, ...wanted };
    return data.kept ? fromKept(data.kept, setting) : { ...data, setting };
  },
  stateOf: ({ setting: { sequence, ...state } }) => state,
  place: (data, state) => ({ ...data, setting: { ...data.setting, ...state, sequence: latest } }),
};

/**
 * @param {Kept} kept
 * @param {Setting & { own?: boolean }} wanted
 */
function fromKept(kept, { own, ...wanted }) {
  const block = kept.blocks[wanted.block];
  const setting = own ? { ...block.setting, sequence: wanted.sequence } : wanted;
  const isOwn = setting.shift === block.setting.shift;
  const attention = isOwn ? (kept.weights[`${setting.block} ${setting.chosen}`] ?? null) : null;
  return { ...block, kept, setting, isOwn, attention, attentionNote: attention ? "" : kept.none };
}
