// What is on screen as one picture: an SVG that holds the maps as images and the rest as shapes and text, or a PNG.

import { contextOf } from "../shared/dom.js";
import { number } from "../shared/format.js";

/** @typedef {import("./types.d.ts").Ink} Ink */
/** @typedef {{ href?: string, canvas?: HTMLCanvasElement, opacity?: number }} Layer an image, or a canvas that becomes one */
/** @typedef {{ x: number, y: number, width: number, height: number, colour: string, dashed: boolean }} Box in shares of its panel */
/** @typedef {{ label: string, aspect: number, layers: Layer[], boxes: Box[] }} Panel */
/** @typedef {{ canvas: HTMLCanvasElement, low: string, high: string, label: string }} Bar */
/** @typedef {{ title: string, lines: string[], ink: Ink, panels: Panel[], bar: Bar }} Composition */
/** @typedef {{ root: HTMLElement, map: import("./types.d.ts").TokenMap, image: HTMLImageElement, overlay: { canvas: HTMLCanvasElement }, query: SVGElement, key: SVGElement, title: Element, frame: Element }} PictureView what is read of a picture */
/** @typedef {{ state: import("./types.d.ts").State, data: import("./types.d.ts").ExplorerData, pictures: PictureView[], grid: { atlas: HTMLCanvasElement, marks: HTMLCanvasElement }, matrix: { root: Element, canvas: HTMLCanvasElement, cursor: HTMLCanvasElement }, shades: { low: number, high: number }, ink: Ink, bar: Element, nameOf: (choice: import("./types.d.ts").Choice) => string, reading: () => string }} ExplorerView what is read of an explorer */

const WIDTH = 1200;
const REVOKED_AFTER = 10_000; // milliseconds: some browsers read the file only after the click
/** @type {Record<string, string>} */
const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** @param {string} text */
const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => escapes[c]);

/**
 * A canvas enlarged by whole pixels, so that its cells stay sharp wherever the picture is opened.
 * @param {HTMLCanvasElement} canvas
 * @param {number} atLeast
 */
function enlarged(canvas, atLeast) {
  const factor = Math.max(1, Math.ceil(atLeast / canvas.width));
  const copy = document.createElement("canvas");
  Object.assign(copy, { width: canvas.width * factor, height: canvas.height * factor });
  const context = contextOf(copy);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy.toDataURL();
}

/**
 * @param {string} href
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} [opacity]
 */
const image = (href, x, y, width, height, opacity = 1) =>
  `<image href="${href}" x="${x}" y="${y}" width="${width}" height="${height}" opacity="${opacity}" preserveAspectRatio="none"/>`;

/**
 * The view as SVG text. `parts`: `title`, `lines` (strings), `ink`, `panels` = [{label, aspect, layers: [{href or
 * canvas, opacity}], boxes: [{x, y, width, height (shares), colour, dashed}]}], `bar` = {canvas, low, high, label}.
 * @param {Composition} parts
 */
function svg({ title, lines, ink, panels, bar }) {
  const margin = 24;
  const top = 78;
  const aspects = panels.reduce((sum, { aspect }) => sum + aspect, 0);
  const tall = (WIDTH - margin * (panels.length + 1)) / aspects; // all panels are equally high and fill the width
  const bottom = top + tall;
  let left = margin;
  const body = panels.map((panel) => {
    const part = drawn(panel, left, top, tall, ink);
    left += tall * panel.aspect + margin;
    return part;
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
    text(margin, 34, 20, title),
    ...body,
    image(enlarged(bar.canvas, 256), margin + 90, bottom + 16, 200, 10),
    text(margin + 84, bottom + 25, 12, bar.low, ' text-anchor="end"'),
    text(margin + 296, bottom + 25, 12, `${bar.high}   ${bar.label}`),
    ...lines.map((line, i) => text(margin, bottom + 52 + 18 * i, 13, line)),
    "</svg>",
  ].join("\n");
}

/**
 * A panel at (x, y) as SVG text.
 * @param {Panel} panel
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {Ink} ink
 */
function drawn({ label, aspect, layers, boxes }, x, y, height, ink) {
  const width = height * aspect;
  const parts = [`<text x="${x}" y="${y - 10}" font-size="13" fill="${ink.text}">${escaped(label)}</text>`];
  for (const { href, canvas, opacity } of layers)
    parts.push(image(href ?? enlarged(/** @type {HTMLCanvasElement} */ (canvas), width), x, y, width, height, opacity));
  for (const box of boxes) {
    const dashes = box.dashed ? ' stroke-dasharray="5 4"' : "";
    parts.push(
      `<rect x="${x + box.x * width}" y="${y + box.y * height}" width="${box.width * width}" height="${box.height * height}" fill="none" stroke="${box.colour}" stroke-width="2.5"${dashes}/>`,
    );
  }
  return parts.join("\n");
}

/**
 * Give the person a file. An object URL is revoked once the download has begun.
 * @param {string} name
 * @param {string} href
 */
export function save(name, href) {
  const link = document.createElement("a");
  Object.assign(link, { href, download: name });
  link.click();
  if (href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(href), REVOKED_AFTER);
}

/**
 * The SVG text as a PNG, twice as fine.
 * @param {string} text
 */
export async function png(text) {
  const source = new Image();
  source.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await source.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * source.width, height: 2 * source.height });
  contextOf(canvas).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

/**
 * What an explorer shows, as SVG text: the pictures with their maps, the small maps, the matrix, the scale.
 * @param {ExplorerView} view
 */
export function composed(view) {
  const { state, data, grid, matrix, shades, ink, bar } = view;
  const panels = view.pictures.filter(({ root }) => !root.hidden).map((picture) => panel(picture, state.opacity, ink));
  const maps = [{ canvas: grid.atlas }, { canvas: grid.marks }];
  panels.push({ label: data.words.grid, aspect: grid.atlas.width / grid.atlas.height, layers: maps, boxes: [] });
  if (!matrix.root.classList.contains("vx-absent")) {
    const layers = [{ canvas: matrix.canvas }, { canvas: matrix.cursor }];
    panels.push({ label: view.nameOf(state), aspect: 1, layers, boxes: [] });
  }
  const [low, high] = [number(shades.low), number(shades.high)];
  const label = bar.querySelector(".vv-bar-label")?.textContent ?? "";
  const title = `${data.modelTitle} \u00b7 ${data.name} \u00b7 ${view.nameOf(state)}`;
  return svg({
    title,
    lines: [view.reading()],
    ink,
    panels,
    bar: { canvas: /** @type {HTMLCanvasElement} */ (bar.querySelector("canvas")), low, high, label },
  });
}

/**
 * @param {PictureView} picture
 * @param {number} opacity
 * @param {Ink} ink
 * @returns {Panel}
 */
function panel(picture, opacity, ink) {
  const { rows, columns } = picture.map;
  /**
   * The marked patch as a box, none while it is hidden.
   * @param {SVGElement} rect
   * @param {string} colour
   * @param {boolean} dashed
   */
  const box = (rect, colour, dashed) => {
    if (rect.style.display === "none") return [];
    const [x, y] = ["x", "y"].map((name) => Number(rect.getAttribute(name)));
    return [{ x: x / columns, y: y / rows, width: 1 / columns, height: 1 / rows, colour, dashed }];
  };
  const layers = [{ href: picture.image.src }, { canvas: picture.overlay.canvas, opacity }];
  const boxes = [...box(picture.query, ink.accent, false), ...box(picture.key, ink.second, true)];
  return {
    label: picture.title.textContent ?? "",
    aspect: picture.frame.clientWidth / picture.frame.clientHeight,
    layers,
    boxes,
  };
}
