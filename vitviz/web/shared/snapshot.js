// What a part of the page shows, as one SVG that needs no other file: text as text, drawings as shapes, canvases and
// pictures as images.
import { contextOf, make } from "./dom.js";
import { escaped } from "./picture_files.js";
import { round, textLines, textOf } from "./snapshot_text.js";

/** @import { Box, Origin } from "./snapshot_text.js" */

const FINE = 2; // pixels of an image for a CSS pixel
const MARGIN = 8; // CSS pixels around a figure
const LEFT_OUT = "script, style, input, .vv-save, .vv-announcer, .modebar-container, .vc-spoken";
// What style sheets say of shapes; an SVG file has no style sheet.
const SHAPE = [
  ...["fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray"],
  ...[
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "display",
    "visibility",
    "vector-effect",
    "paint-order",
    "filter",
  ],
  ...["font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "letter-spacing"],
];

/**
 * An element as the text of an SVG, and its size in CSS pixels. `extra` stands at its beginning.
 * @param {Element} element
 * @param {string} extra
 */
export function snapshot(element, extra) {
  const box = element.getBoundingClientRect();
  const [left, top] = [box.left - MARGIN, box.top - MARGIN];
  const [width, height] = [box.width + 2 * MARGIN, box.height + 2 * MARGIN];
  const size = `width="${round(width)}" height="${round(height)}"`;
  const body = drawn(element, { left, top }, { clips: 0 });
  const ground = `<rect ${size} fill="${escaped(groundOf(element))}"/>`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${round(width)} ${round(height)}">`;
  return { text: `${head}\n${extra}\n${ground}\n${body}\n</svg>\n`, width, height };
}

/**
 * That SVG as a PNG, twice as fine as it is on the page.
 * @param {{ text: string, width: number, height: number }} picture
 */
export async function rasterised({ text, width, height }) {
  const source = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`);
  const canvas = make("canvas");
  Object.assign(canvas, { width: Math.ceil(FINE * width), height: Math.ceil(FINE * height) });
  contextOf(canvas).drawImage(source, 0, 0, FINE * width, FINE * height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!(blob instanceof Blob)) throw new Error("too large for a picture");
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * @param {string} address
 * @returns {Promise<HTMLImageElement>}
 */
const loaded = (address) =>
  new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => failed(new Error("the drawing is no picture"));
    image.src = address;
  });

/** @param {string} colour */
const isClear = (colour) => colour === "transparent" || /[,/]\s*0(?:\.0+)?\)$/.test(colour);

/**
 * The colour that an element stands on.
 * @param {Element} element
 */
function groundOf(element) {
  /** @type {Element | null} */
  let at = element;
  while (at) {
    const colour = getComputedStyle(at).backgroundColor;
    if (!isClear(colour)) return colour;
    const root = at.getRootNode();
    at = at.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return "#fff";
}

/**
 * @param {Element} element
 * @param {Origin} origin
 * @param {{ clips: number }} names
 * @returns {string}
 */
function drawn(element, origin, names) {
  if (element.matches(LEFT_OUT)) return "";
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (style.display === "none" || style.visibility === "hidden" || style.opacity === "0") return "";
  if (style.display !== "contents" && (box.width === 0 || box.height === 0) && style.overflow !== "visible") return "";
  const at = { x: box.left - origin.left, y: box.top - origin.top, width: box.width, height: box.height };
  let body = boxOf(style, at) + pseudo(element, "::before", at);
  if (element instanceof SVGSVGElement) body += drawing(element, at);
  else if (element instanceof HTMLCanvasElement) body += image(finely(element, at, style), at);
  else if (element instanceof HTMLImageElement) body += image(copied(element), at);
  else if (element instanceof HTMLSelectElement) body += textOf(element.selectedOptions[0]?.text ?? "", at, style);
  else body += inside(element, origin, names, style);
  body += pseudo(element, "::after", at);
  if (!body) return "";
  const clipped = style.overflow !== "visible" && style.display !== "inline";
  const clip = clipped ? clipOf(at, names) : null;
  const attributes = [
    style.opacity === "1" ? "" : ` opacity="${style.opacity}"`,
    clip ? ` clip-path="url(#${clip.name})"` : "",
  ].join("");
  return attributes ? `${clip?.text ?? ""}<g${attributes}>${body}</g>` : body;
}

/** @param {Box} box */
const places = ({ x, y, width, height }) =>
  `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;

/**
 * @param {Box} box
 * @param {{ clips: number }} names
 */
function clipOf(box, names) {
  const name = `vv-clip-${names.clips++}`;
  return { name, text: `<clipPath id="${name}"><rect ${places(box)}/></clipPath>` };
}

/**
 * Children and text, from the first to the last.
 * @param {Element} element
 * @param {Origin} origin
 * @param {{ clips: number }} names
 * @param {CSSStyleDeclaration} style
 */
function inside(element, origin, names, style) {
  const pieces = [...(element.shadowRoot ?? element).childNodes].map((node) => {
    if (node instanceof Element) return drawn(node, origin, names);
    return node instanceof Text ? textLines(node, origin, style) : "";
  });
  return pieces.join("");
}

/**
 * The box that a style sheet puts into an element, where it says where that is.
 * @param {Element} element
 * @param {"::before" | "::after"} name
 * @param {Box} box
 */
function pseudo(element, name, box) {
  const style = getComputedStyle(element, name);
  if (style.content === "none" || style.position !== "absolute") return "";
  const [left, top, width, height] = [style.left, style.top, style.width, style.height].map(Number.parseFloat);
  return boxOf(style, { x: box.x + left, y: box.y + top, width, height });
}

/**
 * Background, border and outline of a box.
 * @param {CSSStyleDeclaration} style
 * @param {Box} box
 */
function boxOf(style, box) {
  if (style.display === "contents") return "";
  const radius = Number.parseFloat(style.borderTopLeftRadius) || 0;
  const rounded = radius ? ` rx="${radius}"` : "";
  const ground = isClear(style.backgroundColor)
    ? ""
    : `<rect ${places(box)}${rounded} fill="${style.backgroundColor}"/>`;
  const sides = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]).map((side) => ({
    width: Number.parseFloat(style[`border${side}Width`]) || 0,
    colour: style[`border${side}Color`],
    kind: style[`border${side}Style`],
  }));
  const seen = sides.map(({ width, colour, kind }) => width > 0 && kind !== "none" && !isClear(colour));
  const [first] = sides;
  const equal =
    seen.every(Boolean) && sides.every(({ width, colour }) => width === first.width && colour === first.colour);
  const borders = equal
    ? frame(box, -first.width / 2, first.width, first.colour, first.kind, rounded)
    : sides.map((side, i) => (seen[i] ? edge(box, i, side.width, side.colour) : "")).join("");
  const outline = Number.parseFloat(style.outlineWidth) || 0;
  const around =
    outline && style.outlineStyle !== "none"
      ? frame(
          box,
          Number.parseFloat(style.outlineOffset) + outline / 2,
          outline,
          style.outlineColor,
          style.outlineStyle,
        )
      : "";
  return ground + borders + around;
}

/**
 * A stroked rectangle, `by` outside of a box.
 * @param {Box} box
 * @param {number} by
 * @param {number} width
 * @param {string} colour
 * @param {string} kind
 * @param {string} [extra]
 */
function frame({ x, y, width: w, height: h }, by, width, colour, kind, extra = "") {
  const at = { x: x - by, y: y - by, width: Math.max(0, w + 2 * by), height: Math.max(0, h + 2 * by) };
  const dashes = { dashed: `${3 * width} ${2 * width}`, dotted: `${width} ${width}` }[kind];
  const dashed = dashes ? ` stroke-dasharray="${dashes}"` : "";
  return `<rect ${places(at)}${extra} fill="none" stroke="${colour}" stroke-width="${width}"${dashed}/>`;
}

/**
 * One side of a border: top, right, bottom, left.
 * @param {Box} box
 * @param {number} side
 * @param {number} width
 * @param {string} colour
 */
function edge({ x, y, width: w, height: h }, side, width, colour) {
  const at = [
    { x, y, width: w, height: width },
    { x: x + w - width, y, width, height: h },
    { x, y: y + h - width, width: w, height: width },
    { x, y, width, height: h },
  ][side];
  return `<rect ${places(at)} fill="${colour}"/>`;
}

/**
 * @param {string} href
 * @param {Box} box
 */
const image = (href, box) => `<image ${places(box)} preserveAspectRatio="none" href="${href}"/>`;

/**
 * A canvas whose cells stay sharp: enlarged by whole pixels where the page shows it so.
 * @param {HTMLCanvasElement} canvas
 * @param {Box} box
 * @param {CSSStyleDeclaration} style
 */
function finely(canvas, box, style) {
  if (!canvas.width || !canvas.height) return "";
  const factor = Math.ceil(FINE * Math.max(box.width / canvas.width, box.height / canvas.height));
  if (style.imageRendering !== "pixelated" || factor <= 1) return canvas.toDataURL();
  const copy = make("canvas");
  Object.assign(copy, { width: canvas.width * factor, height: canvas.height * factor });
  const context = contextOf(copy);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy.toDataURL();
}

/** @param {HTMLImageElement} source */
function copied(source) {
  const copy = make("canvas");
  Object.assign(copy, { width: source.naturalWidth || 1, height: source.naturalHeight || 1 });
  contextOf(copy).drawImage(source, 0, 0);
  return copy.toDataURL();
}

/**
 * An SVG of the page with what style sheets say of its shapes written into them.
 * @param {SVGSVGElement} element
 * @param {Box} box
 */
function drawing(element, box) {
  const copy = /** @type {SVGSVGElement} */ (element.cloneNode(true));
  const originals = [element, ...element.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  for (const [i, original] of originals.entries()) {
    const style = getComputedStyle(original);
    const own = SHAPE.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
    copies[i].setAttribute("style", i ? own : `${own};overflow:${style.overflow}`);
    copies[i].removeAttribute("class");
  }
  for (const [name, value] of Object.entries(box)) copy.setAttribute(name, String(round(value)));
  return new XMLSerializer().serializeToString(copy);
}
