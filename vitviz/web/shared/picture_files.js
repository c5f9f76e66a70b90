// What a picture's file says about itself: text chunks of a PNG, the metadata of an SVG. Knows no page.
import { crc32 } from "./crc32.js";
import { joined } from "./number_files.js";

/** @typedef {Record<string, string>} About */

const HEAD = 8 + 25; // a PNG's signature and its first chunk, IHDR
const encoder = new TextEncoder();

/** @param {number} value */
const big = (value) => Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);

/**
 * A chunk of text: tEXt where it is Latin-1, else iTXt, which is UTF-8.
 * @param {string} key
 * @param {string} text
 */
function textChunk(key, text) {
  const latin = Array.from(text).every((one) => one <= "\u00ff");
  const bytes = latin ? Uint8Array.from(text, (one) => one.charCodeAt(0)) : encoder.encode(text);
  const body = joined([
    encoder.encode(latin ? "tEXt" : "iTXt"),
    encoder.encode(key),
    new Uint8Array(latin ? 1 : 5), // the key's end; not compressed, of no language
    bytes,
  ]);
  return joined([big(body.length - 4), body, big(crc32(body))]);
}

/**
 * A PNG with these texts in it.
 * @param {Uint8Array} png
 * @param {About} about
 */
export function pngWith(png, about) {
  const chunks = Object.entries(about).map(([key, text]) => textChunk(key, text));
  return joined([png.subarray(0, HEAD), ...chunks, png.subarray(HEAD)]);
}

/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Text as XML has it.
 * @param {string} text
 */
export const escaped = (text) => text.replace(/[&<>"]/g, (one) => ESCAPES[one]);

/**
 * `key: text`, one a line; a text that has lines is one of them.
 * @param {About} about
 */
export const aboutLines = (about) =>
  Object.entries(about).map(([key, text]) => `${key}: ${text.replaceAll(/\s+/g, " ")}`);

/** @param {About} about */
export const svgMetadata = (about) => `<metadata>${escaped(aboutLines(about).join("\n"))}</metadata>`;
