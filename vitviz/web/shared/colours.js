// Colours: the page's theme, colour tables, values as coloured cells on a canvas, and the bar that explains them.
import { contextOf, make } from "./dom.js";
import { number } from "./format.js";

/** @typedef {import("./types.d.ts").Scale} ColourScale */

/**
 * The element whose style has the page's theme: the host of a shadow root, else the element itself.
 * @param {Element} element
 */
function themed(element) {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : element;
}

/**
 * A property of the page's theme, such as `--st-text-color`.
 * @param {Element} element
 * @param {string} name
 * @param {string} [otherwise]
 */
export function themeValue(element, name, otherwise = "") {
  return getComputedStyle(themed(element)).getPropertyValue(name).trim() || otherwise;
}

/**
 * Whether the page around an element is dark, read off its own background.
 * @param {Element} element
 */
export function isDark(element) {
  const probe = contextOf(element.ownerDocument.createElement("canvas"));
  probe.fillStyle = themeValue(element, "--st-background-color", "#fff");
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

/**
 * The colour table of the page's theme: 256 x RGB.
 * @param {ColourScale} scale
 * @param {boolean} dark
 */
export function colourTable(scale, dark) {
  return dark ? scale.dark : scale.light;
}

/**
 * The CSS colour of a level (0 to 255; beyond is the end).
 * @param {Uint8Array} table
 * @param {number} level
 */
export function cssColour(table, level) {
  const at = 3 * Math.max(0, Math.min(255, Math.round(level)));
  return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
}

/**
 * Paint `values[offset ...]` as rows x columns cells, one canvas pixel a cell. NaN stays transparent.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} offset
 * @param {number} rows
 * @param {number} columns
 * @param {Uint8Array} table
 * @param {number} low
 * @param {number} high
 * @param {number} [alpha]
 */
export function paint(canvas, values, offset, rows, columns, table, low, high, alpha = 255) {
  if (canvas.width !== columns) canvas.width = columns; // even the same size again would cost a new canvas
  if (canvas.height !== rows) canvas.height = rows;
  const context = contextOf(canvas);
  const image = context.createImageData(columns, rows);
  const factor = 255 / (high - low || 1);
  for (let i = 0; i < rows * columns; i++) {
    const value = values[offset + i];
    if (Number.isNaN(value)) continue;
    const step = 3 * Math.max(0, Math.min(255, Math.round((value - low) * factor)));
    image.data[4 * i] = table[step];
    image.data[4 * i + 1] = table[step + 1];
    image.data[4 * i + 2] = table[step + 2];
    image.data[4 * i + 3] = alpha;
  }
  context.putImageData(image, 0, 0);
}

const LEVELS = Float32Array.from({ length: 256 }, (_, i) => i);

/**
 * A bar with the values that the colours span.
 * @param {ColourScale} scale
 * @param {boolean} dark
 * @param {number} low
 * @param {number} high
 * @param {string} [label]
 */
export function colourBar(scale, dark, low, high, label = "") {
  const bar = make("div", "vv-bar");
  const strip = make("canvas", "vv-bar-strip");
  paint(strip, LEVELS, 0, 1, 256, colourTable(scale, dark), 0, 255);
  strip.setAttribute("aria-hidden", "true");
  bar.append(make("span", "", number(low)), strip, make("span", "", number(high)));
  if (label) bar.append(make("span", "vv-bar-label", label));
  return bar;
}
