// Colours of the page's theme, and attention weights as colours.
import { colourTable, isDark } from "../shared/colours.js";

/** @import { LabData, Pattern, Theme } from "./types.js" */

// As all over the app: what is chosen, the query, is orange, what is looked at from there, the key, teal.
const ACCENT = "#e0641a";
const SECOND = "#0c8599";

/** Attention weights of one query as colours. */
export class Weights {
  /**
   * @param {Pattern} pattern
   * @param {number} query
   * @param {number} size places of a window
   * @param {Uint8Array} table
   */
  constructor(pattern, query, size, table) {
    this.values = pattern.values;
    this.first = pattern.first + query * size;
    this.high = pattern.high;
    this.table = table;
  }

  /** @param {number} place */
  css(place) {
    const share = this.values[this.first + place] / (this.high || 1);
    const level = 3 * Math.max(0, Math.min(255, Math.round(share * 255)));
    return `rgb(${this.table[level]} ${this.table[level + 1]} ${this.table[level + 2]})`;
  }
}

/**
 * What every view draws with; read again when the theme changes.
 * @param {HTMLElement} root
 * @param {Pick<LabData, "hues" | "masked" | "scales">} data
 * @returns {Theme}
 */
export function readTheme(root, { hues, masked, scales }) {
  const dark = isDark(root);
  const tree = root.getRootNode();
  const style = getComputedStyle(tree instanceof ShadowRoot ? tree.host : root);
  /**
   * @param {string} name
   * @param {string} otherwise
   */
  const colour = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    dark,
    hues,
    masked,
    accent: ACCENT,
    second: SECOND,
    ground: colour("--st-background-color", "#fff"),
    text: colour("--st-text-color", "#111"),
    line: colour("--st-border-color", "#888"),
    font: colour("--st-code-font", "monospace"),
    padding: dark ? "#3a3a3a" : "#d9d9d9",
    hatch: dark ? "#5a5a5a" : "#aaa",
    attentionScale: scales.attention,
    attention: colourTable(scales.attention, dark),
    difference: colourTable(scales.difference, dark),
  };
}
