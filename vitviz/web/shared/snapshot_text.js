// Text of the page as text of an SVG, in the lines that the page has.
import { escaped } from "./picture_files.js";

/** @typedef {{ left: number, top: number }} Origin */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** @param {number} value */
export const round = (value) => Math.round(100 * value) / 100;

/**
 * A text node as its lines are broken on the page.
 * @param {Text} node
 * @param {Origin} origin
 * @param {CSSStyleDeclaration} style
 */
export function textLines(node, origin, style) {
  if (!node.data.trim()) return "";
  const range = document.createRange();
  /** @type {{ text: string, box: DOMRect }[]} */
  const lines = [];
  for (const { index, 0: word } of node.data.matchAll(/\S+|\s+/g)) {
    // A word that is broken, and text without spaces, goes character by character.
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const pieces = range.getClientRects().length > 1 ? Array.from(word) : [word];
    let at = index;
    for (const piece of pieces) {
      range.setStart(node, at);
      range.setEnd(node, at + piece.length);
      at += piece.length;
      const box = range.getBoundingClientRect();
      if (!box.width) continue;
      const last = lines.at(-1);
      if (last && Math.abs(last.box.top - box.top) < 2) {
        last.text += piece;
        last.box = new DOMRect(last.box.left, last.box.top, box.right - last.box.left, box.height);
      } else lines.push({ text: piece, box });
    }
  }
  return lines
    .map(({ text, box: { left, top, width, height } }) =>
      textOf(text, { x: left - origin.left, y: top - origin.top, width, height }, style),
    )
    .join("");
}

/**
 * A line of text that fills its box, whatever letters the reader's machine has.
 * @param {string} text
 * @param {Box} box
 * @param {CSSStyleDeclaration} style
 */
export function textOf(text, { x, y, width, height }, style) {
  if (!text.trim()) return "";
  const size = Number.parseFloat(style.fontSize);
  const attributes = {
    x: round(x),
    y: round(y + height / 2 + 0.35 * size),
    textLength: round(width),
    lengthAdjust: "spacingAndGlyphs",
    fill: style.color,
    "font-family": style.fontFamily,
    "font-size": size,
    "font-weight": style.fontWeight,
    "font-style": style.fontStyle,
    "xml:space": "preserve",
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return `<text ${written.join(" ")}>${escaped(text)}</text>`;
}
