// 4,500 damaged payloads, the same ones in every run: each is refused with one of two sentences, or still understood,
// and then no array reaches beyond its bytes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readPayload, unpackData } from "../../../vitviz/web/shared/payload.js";

const SEEDS = [1, 20, 300];
const EACH = 500;
const KINDS = new Set(["Float32Array", "Float64Array", "Int32Array", "Int16Array", "Uint8Array"]);
const REFUSED = /^(not a|a damaged) payload of vitviz$/;
const { packed } = JSON.parse(readFileSync(new URL("./payload.json", import.meta.url), "utf8"));
const whole = Buffer.from(packed, "base64");
const headerEnd = 8 + whole.readUInt32LE(4);

/**
 * Whole numbers below `most`, the same ones for the same seed (mulberry32).
 * @param {number} seed
 */
function numbers(seed) {
  let state = seed;
  return (/** @type {number} */ most) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * most);
  };
}

/** What stands in a header in the place of a number, a kind of numbers or a name. */
const ODD = [
  "-1",
  "1e300",
  "0.5",
  "null",
  '"x"',
  "[]",
  "{}",
  "4294967296",
  "9007199254740993",
  '"constructor"',
  '"__proto__"',
];

/** @type {Record<string, (below: (most: number) => number) => Uint8Array>} */
const DAMAGES = {
  bytes: (below) => {
    const bytes = Uint8Array.from(whole);
    for (let i = 0; i <= below(8); i++) bytes[below(i % 2 ? bytes.length : headerEnd)] = below(256);
    return bytes;
  },
  cut: (below) => Uint8Array.from(whole.subarray(0, below(whole.length))),
  words: (below) => {
    const text = whole.subarray(8, headerEnd).toString();
    const places = [...text.matchAll(/\d+|"[^"]*"/g)];
    const { 0: old, index } = places[below(places.length)];
    const header = Buffer.from(text.slice(0, index) + ODD[below(ODD.length)] + text.slice(index + old.length));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.length);
    return Uint8Array.from(Buffer.concat([whole.subarray(0, 4), length, header, whole.subarray(headerEnd)]));
  },
};

/**
 * What a damaged payload is read as, null where it is refused.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function outcome(bytes) {
  try {
    unpackData(bytes);
    return readPayload(bytes);
  } catch (error) {
    assert.match(/** @type {Error} */ (error).message, REFUSED);
    return null;
  }
}

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`damaged ${name} are refused or understood`, () => {
    let refused = 0;
    for (const seed of SEEDS) {
      const below = numbers(seed);
      for (let i = 0; i < EACH; i++) {
        const damaged = damage(below);
        // Between others' bytes, which no array may show.
        const room = new Uint8Array(damaged.length + 64).fill(7);
        room.set(damaged, 8);
        const payload = room.subarray(8, 8 + damaged.length);
        const read = outcome(payload);
        refused += read === null ? 1 : 0;
        for (const array of Object.values(read?.arrays ?? {})) {
          assert.ok(KINDS.has(array.constructor.name));
          assert.ok(array.byteOffset >= 8 && array.byteOffset + array.byteLength <= 8 + damaged.length);
        }
      }
    }
    assert.ok(refused > EACH / 10, `${refused}`);
  });
}
