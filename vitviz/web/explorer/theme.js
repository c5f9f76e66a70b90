// The page's theme as the explorer draws with it.
import { colourTable, isDark } from "../shared/colours.js";
import { pixels } from "../shared/shades.js";

/** @import { Scale } from "../shared/types.d.ts" */
/** @import { Theme } from "./types.d.ts" */

/**
 * @param {HTMLElement} root
 * @param {Record<string, Scale>} scales
 * @returns {Theme}
 */
export function themeOf(root, scales) {
  const dark = isDark(root);
  const style = getComputedStyle(root);
  const value = (/** @type {string} */ name, otherwise = "") => style.getPropertyValue(name).trim() || otherwise;
  const table = (/** @type {string} */ name) => pixels(colourTable(scales[name], dark));
  const ink = {
    text: value("--st-text-color", dark ? "#eee" : "#222"),
    faint: dark ? "#ffffff26" : "#00000020",
    middle: dark ? "#ffffff66" : "#00000055",
    ground: value("--st-background-color", dark ? "#111" : "#fff"),
    accent: value("--vx-accent"),
    second: value("--vx-second"),
    font: "ui-monospace, monospace",
  };
  return { dark, attention: table("attention"), activation: table("activation"), ink };
}
