// What is on screen as one SVG: the maps as images, the rest as shapes and text. Knows no page.

/** @import { Ink } from "./types.d.ts" */
/** @typedef {{ href: string, opacity?: number }} Layer an image that covers its panel */
/** @typedef {{ x: number, y: number, width: number, height: number, colour: string, dashed: boolean }} Box in shares of its panel */
/** @typedef {{ label: string, aspect: number, layers: Layer[], boxes: Box[] }} Panel `aspect` is width / height */
/** @typedef {{ href: string, low: string, high: string, label: string }} Bar the colour scale, and what it spans */
/** @typedef {{ title: string, lines: string[], ink: Ink, panels: Panel[], bar: Bar }} Composition */

const WIDTH = 1200;
const MARGIN = 24;
const TOP = 78;
/** @type {Record<string, string>} */
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** @param {string} text */
const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => escapes[c]);

/**
 * @param {Layer} layer
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
const imageText = ({ href, opacity = 1 }, x, y, width, height) =>
  `<image href="${escaped(href)}" x="${x}" y="${y}" width="${width}" height="${height}" opacity="${opacity}" preserveAspectRatio="none"/>`;

/**
 * The panels beside each other, equally high, and the scale and lines of text below them, as SVG text.
 * @param {Composition} composition
 */
export function svgText({ title, lines, ink, panels, bar }) {
  const aspects = panels.reduce((sum, { aspect }) => sum + aspect, 0);
  const tall = (WIDTH - MARGIN * (panels.length + 1)) / aspects;
  const bottom = TOP + tall;
  let left = MARGIN;
  const body = panels.map((panel) => {
    const text = panelText(panel, left, TOP, tall, ink);
    left += tall * panel.aspect + MARGIN;
    return text;
  });
  /**
   * @param {number} x
   * @param {number} y
   * @param {number} size
   * @param {string} content
   * @param {string} [extra] attributes
   */
  const text = (x, y, size, content, extra = "") =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="${ink.text}"${extra}>${escaped(content)}</text>`;
  const height = bottom + 56 + 18 * lines.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif">`,
    `<rect width="100%" height="100%" fill="${ink.ground}"/>`,
    text(MARGIN, 34, 20, title),
    ...body,
    imageText(bar, MARGIN + 90, bottom + 16, 200, 10),
    text(MARGIN + 84, bottom + 25, 12, bar.low, ' text-anchor="end"'),
    text(MARGIN + 296, bottom + 25, 12, `${bar.high}   ${bar.label}`),
    ...lines.map((line, i) => text(MARGIN, bottom + 52 + 18 * i, 13, line)),
    "</svg>",
  ].join("\n");
}

/**
 * @param {Panel} panel
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {Ink} ink
 */
function panelText({ label, aspect, layers, boxes }, x, y, height, ink) {
  const width = height * aspect;
  return [
    `<text x="${x}" y="${y - 10}" font-size="13" fill="${ink.text}">${escaped(label)}</text>`,
    ...layers.map((layer) => imageText(layer, x, y, width, height)),
    ...boxes.map((box) => {
      const dashes = box.dashed ? ' stroke-dasharray="5 4"' : "";
      return `<rect x="${x + box.x * width}" y="${y + box.y * height}" width="${box.width * width}" height="${box.height * height}" fill="none" stroke="${box.colour}" stroke-width="2.5"${dashes}/>`;
    }),
  ].join("\n");
}
