// Colours of the page's theme and of the weights, and sentences with their places filled in. Knows no view.
import { colourTable, isDark } from "../../../web/shared/colours.js";

const ACCENT = "#ffb000"; // the query: shows on dark and on light pictures
const SECOND = "#4cc9ff"; // the key

/** A sentence with its {places} filled in. */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Attention weights of one query as colours. */
export class Weights {
  constructor(values, first, size, table, high) {
    Object.assign(this, { values, first, size, table, high });
  }

  css(place) {
    const level = 3 * Math.max(0, Math.min(255, Math.round((this.values[this.first + place] / this.high) * 255)));
    return `rgb(${this.table[level]} ${this.table[level + 1]} ${this.table[level + 2]})`;
  }
}

/** What every view draws with; read again when the theme changes. */
export function readLook(root, { hues, masked, scales }) {
  const dark = isDark(root);
  const style = getComputedStyle(root.getRootNode().host ?? root);
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
