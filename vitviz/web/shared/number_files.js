// Numbers as files that other programs read: NumPy's .npz (a zip of .npy, not compressed) and CSV. Knows no page.
import { crc32 } from "./crc32.js";

/** @typedef {import("./types.d.ts").SavedArray} SavedArray */
/** @typedef {import("./types.d.ts").Column} Column */

/** @type {Record<string, string>} */
const TYPES = {
  Float32Array: "<f4",
  Float64Array: "<f8",
  Int32Array: "<i4",
  Uint32Array: "<u4",
  Int16Array: "<i2",
  Uint8Array: "|u1",
  Uint8ClampedArray: "|u1",
};
const ALIGNMENT = 64; // where an array begins in a .npy file
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50]; // what the records of a zip begin with
const VERSION = 20; // of the zip format that a reader needs
const UTF8 = 0x0800; // the flag of names in UTF-8
const DAY = 0x21; // 1 January 1980, as NumPy writes it: the same numbers are the same file
const encoder = new TextEncoder();

/**
 * Texts of one width, as NumPy's <U keeps them: four bytes a character, zeros at the end.
 * @param {ArrayLike<string>} texts
 */
function unicode(texts) {
  const points = Array.from(texts, (text) => Array.from(text, (one) => /** @type {number} */ (one.codePointAt(0))));
  const width = Math.max(1, ...points.map(({ length }) => length));
  const view = new DataView(new ArrayBuffer(4 * width * points.length));
  for (const [i, text] of points.entries())
    for (const [j, point] of text.entries()) view.setUint32(4 * (i * width + j), point, true);
  return { dtype: `<U${width}`, bytes: new Uint8Array(view.buffer) };
}

/**
 * The bytes of values in memory; a plain list of numbers is float64.
 * @param {SavedArray["values"]} values
 */
function raw(values) {
  if (ArrayBuffer.isView(values)) {
    const { buffer, byteOffset, byteLength } = values;
    return { dtype: TYPES[values.constructor.name], bytes: new Uint8Array(buffer, byteOffset, byteLength) };
  }
  const list = Array.from(/** @type {ArrayLike<number | string>} */ (values));
  if (list.some((value) => typeof value === "string")) return unicode(list.map(String));
  return { dtype: "<f8", bytes: new Uint8Array(Float64Array.from(/** @type {number[]} */ (list)).buffer) };
}

/**
 * One array as a .npy file, version 1.0.
 * @param {SavedArray} array
 */
export function npy({ values, shape = [values.length] }) {
  const { dtype, bytes } = raw(values);
  if (!dtype) throw new TypeError(`no type of NumPy for ${values.constructor.name}`);
  if (shape.reduce((product, side) => product * side, 1) !== values.length)
    throw new RangeError(`${values.length} values are no array of ${shape.join(" x ")}`);
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sides}), }`;
  const before = 10; // magic, version, length
  const length = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const head = encoder.encode(`${text.padEnd(length - 1)}\n`);
  const file = new Uint8Array(before + length + bytes.length);
  file.set([0x93, ...encoder.encode("NUMPY"), 1, 0, length & 255, length >> 8]);
  file.set(head, before);
  file.set(bytes, before + length);
  return file;
}

/**
 * Named arrays as a .npz file.
 * @param {Record<string, SavedArray>} arrays
 */
export function npz(arrays) {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, npy(array)]);
  return zip(/** @type {[string, Uint8Array][]} */ (entries));
}

/**
 * Files in a zip, as they are.
 * @param {[name: string, bytes: Uint8Array][]} files
 */
export function zip(files) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  /** @type {Uint8Array[]} */
  const listed = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const named = encoder.encode(name);
    /** What both records of a file have, from the version that a reader needs to the length of the extra field. */
    const common = [
      ...[VERSION, UTF8, 0, 0, DAY].map((value) => [value, 2]),
      ...[crc32(bytes), bytes.length, bytes.length].map((value) => [value, 4]),
      ...[named.length, 0].map((value) => [value, 2]),
    ];
    const local = record([[LOCAL, 4], ...common]);
    // comment, disk and two kinds of attributes are 0
    const rest = [...[0, 0, 0].map((value) => [value, 2]), [0, 4], [offset, 4]];
    listed.push(record([[CENTRAL, 4], [VERSION, 2], ...common, ...rest]), named);
    pieces.push(local, named, bytes);
    offset += local.length + named.length + bytes.length;
  }
  const size = listed.reduce((sum, { length }) => sum + length, 0);
  const counts = [0, 0, files.length, files.length].map((value) => [value, 2]);
  const end = record([[END, 4], ...counts, [size, 4], [offset, 4], [0, 2]]);
  return joined([...pieces, ...listed, end]);
}

/** @param {number[][]} fields value and bytes of each, little-endian */
function record(fields) {
  const bytes = fields.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => (value >>> (8 * i)) & 255));
  return Uint8Array.from(bytes);
}

/** @param {Uint8Array[]} pieces */
export function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * A table as CSV below lines of comment; numbers have all their digits.
 * @param {Record<string, Column>} columns
 * @param {string[]} comments
 */
export function csv(columns, comments) {
  const rows = Math.max(0, ...Object.values(columns).map(({ length }) => length));
  const lines = Array.from({ length: rows }, (_, row) => Object.values(columns).map((column) => cell(column[row])));
  const head = Object.keys(columns).map(cell);
  return `${[...comments.map((line) => `# ${line}`), ...[head, ...lines].map((line) => line.join(","))].join("\n")}\n`;
}

/** @param {unknown} value */
function cell(value) {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /[",\n\r]|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
