// Payloads that stand in the page itself: base64 of gzip of byte planes, or of the payload, as packing.py writes them.

const GZIP = [0x1f, 0x8b]; // how a gzip begins, and no payload
const WIDTH = 4; // bytes of a float32, which lie in planes

/**
 * The payload that is text in an element of the page.
 * @param {string} text
 * @returns {Promise<ArrayBuffer>}
 */
export async function unpacked(text) {
  const bytes = bytesOf(text);
  return bytes[0] === GZIP[0] && bytes[1] === GZIP[1] ? joined(await gunzip(bytes)) : bytes.buffer;
}

/**
 * The bytes of a gzip that is base64 text.
 * @param {string} text
 * @returns {Promise<ArrayBuffer>}
 */
export const inflated = (text) => gunzip(bytesOf(text));

/** @param {Uint8Array<ArrayBuffer>} bytes */
function gunzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/**
 * @param {string} text base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(text) {
  const { fromBase64 } = /** @type {any} */ (Uint8Array); // newer browsers have it, and it is ten times as fast
  return fromBase64
    ? fromBase64.call(Uint8Array, text)
    : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * Planes back in place: the first bytes of all fours come first in the file. What is left over stays at the end.
 * @param {ArrayBuffer} buffer
 */
export function joined(buffer) {
  const from = new Uint8Array(buffer);
  const fours = Math.floor(from.length / WIDTH);
  const to = new Uint8Array(from.length);
  for (let plane = 0; plane < WIDTH; plane++) {
    const begin = plane * fours;
    for (let i = 0; i < fours; i++) to[WIDTH * i + plane] = from[begin + i];
  }
  to.set(from.subarray(WIDTH * fours), WIDTH * fours);
  return to.buffer;
}
