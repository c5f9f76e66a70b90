// Elements of the page. Text is never read as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with a class and text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== "") element.textContent = String(text);
  return element;
}

/**
 * Write a text, an attribute or both where they are not there yet: what stays as it is costs the browser no layout.
 * @param {Element} element
 * @param {string | number | null} text null leaves it
 * @param {Record<string, string | number | boolean>} [attributes]
 */
export function write(element, text, attributes = {}) {
  if (text !== null && element.textContent !== String(text)) element.textContent = String(text);
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

/**
 * An SVG element with attributes and text; attributes that are null or undefined are left out.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | null | undefined>} [attributes]
 * @param {string | number} [text]
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  if (text !== "") element.textContent = String(text);
  return element;
}

/**
 * The drawing context of a canvas.
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws on no canvas");
  return context;
}

/**
 * How many pixels of the screen a CSS pixel of an element is wide, where a style sheet enlarges it too.
 * @param {HTMLElement} element
 */
export function zoomOf(element) {
  const { offsetWidth } = element; // a whole number: less than a pixel more or less is no zoom
  const { width } = element.getBoundingClientRect();
  return offsetWidth && Math.abs(width - offsetWidth) >= 1 ? width / offsetWidth : 1;
}

/**
 * Pixels of a canvas for each CSS pixel of an element, so that what is drawn is as fine as the screen.
 * @param {HTMLElement} element
 */
export const pixelRatio = (element) => (globalThis.devicePixelRatio || 1) * zoomOf(element);

/**
 * Where the pointer is inside of an element, in the element's own CSS pixels.
 * @param {HTMLElement} element
 * @param {MouseEvent} event
 */
export function pointIn(element, event) {
  const { left, top } = element.getBoundingClientRect();
  const zoom = zoomOf(element);
  return { x: (event.clientX - left) / zoom, y: (event.clientY - top) / zoom };
}
