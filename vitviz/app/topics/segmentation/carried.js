// What is missing without a skip: where things end, or what they are. Knows no page.
import { settingOf } from "./switches.js";

const LITTLE = 0.05; // a loss of right pixels below this is none
const ALIKE = 0.03; // losses that are no further apart are alike

/** @typedef {{ skip: number, kind: "outline" | "named" | "alike" | "little", outline: number, named: number }} Carried */

/**
 * For each skip the change of right outlines and of right names, where it alone is off, and which is larger.
 * @param {ArrayLike<number>} settings (V, skips), the first of which changes nothing
 * @param {number} skips
 * @param {ArrayLike<number>} figures (V, 4): mean IoU, edges, outline, named
 * @returns {Carried[]}
 */
export function carriedBySkips(settings, skips, figures) {
  return Array.from({ length: skips }, (_, skip) => {
    const off = settingOf(
      settings,
      Array.from({ length: skips }, (_, each) => (each === skip ? 1 : 0)),
    );
    const at = 4 * (off ?? 0);
    const outline = figures[at + 2] - figures[2];
    const named = figures[at + 3] - figures[3];
    return { skip, kind: kindOf(-outline, -named), outline, named };
  });
}

/**
 * @param {number} outline how much is lost
 * @param {number} named
 * @returns {Carried["kind"]}
 */
function kindOf(outline, named) {
  if (!(Math.max(outline, named) >= LITTLE)) return "little";
  if (Math.abs(outline - named) <= ALIKE) return "alike";
  return outline > named ? "outline" : "named";
}
