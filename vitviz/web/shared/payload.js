// Payloads as `vitviz/payload.py` packs them, and where they are fetched from. Knows no host.

/** @typedef {Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>} PayloadArray */
/** @typedef {{ header: any, arrays: Record<string, any>, bytes: number }} Payload header, arrays by their names, size */
/** @typedef {ArrayBuffer | Uint8Array<ArrayBuffer>} PayloadBytes */

const MAGIC = "VVA1";
const ALIGNMENT = 8;
const ARRAY = "$array";
/** @type {Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => PayloadArray>} */
const TYPES = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "<i4": Int32Array,
  "<i2": Int16Array,
  "|u1": Uint8Array,
};

/**
 * The shapes that arrays had in Python.
 * @type {WeakMap<object, readonly number[]>}
 */
const shapes = new WeakMap();

/**
 * The shape that an array of a payload has in Python; of any other array, its length.
 * @param {ArrayLike<number>} array
 * @returns {readonly number[]}
 */
export const shapeOf = (array) => shapes.get(array) ?? [array.length];

/**
 * The header of a payload, and its arrays as views of the same bytes: every bit is torch's. Only bytes that do not begin
 * at a multiple of eight in their buffer are copied, once and whole. Throws one Error for what is no payload, or a damaged
 * one: no array reaches beyond the payload.
 * @param {PayloadBytes} payload
 * @returns {Payload}
 */
export function readPayload(payload) {
  const bytes = aligned(payload);
  if (String.fromCharCode(...bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new Error("not a payload of vitviz");
  try {
    return read(bytes);
  } catch (error) {
    throw new Error("a damaged payload of vitviz", { cause: error });
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Payload}
 */
function read(bytes) {
  const { buffer, byteOffset, byteLength } = bytes;
  const length = new DataView(buffer, byteOffset, byteLength).getUint32(MAGIC.length, true);
  const begin = MAGIC.length + 4;
  if (begin + length > byteLength) throw new Error("the header is cut off");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(begin, begin + length)));
  /** @type {Record<string, PayloadArray>} */
  const arrays = {};
  for (const { name, dtype, shape, offset } of header.arrays) {
    if (!Object.hasOwn(TYPES, dtype)) throw new Error("no such kind of numbers");
    if (![...shape, offset].every(isCount)) throw new Error("sides and places are whole numbers");
    const size = shape.reduce((/** @type {number} */ product, /** @type {number} */ side) => product * side, 1);
    const array = new TYPES[dtype](buffer, byteOffset + offset, size);
    if (offset + array.byteLength > byteLength) throw new Error("an array is cut off");
    shapes.set(array, shape);
    arrays[name] = array;
  }
  return { header, arrays, bytes: byteLength };
}

/** @param {unknown} value */
const isCount = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;

/** @param {PayloadBytes} payload */
function aligned(payload) {
  const bytes = payload instanceof ArrayBuffer ? new Uint8Array(payload) : payload;
  return bytes.byteOffset % ALIGNMENT ? bytes.slice() : bytes;
}

/**
 * The nested data that Python's `pack_data` packed, with typed arrays (row by row, without their shapes) in it.
 * @param {PayloadBytes} payload
 */
export function unpackData(payload) {
  const { header, arrays } = readPayload(payload);
  return withArrays(header.data, arrays);
}

/**
 * @param {any} value
 * @param {Record<string, PayloadArray>} arrays
 * @returns {any}
 */
function withArrays(value, arrays) {
  if (value === null || typeof value !== "object") return value;
  if (ARRAY in value) {
    if (!Object.hasOwn(arrays, value[ARRAY])) throw new Error("a damaged payload of vitviz");
    return arrays[value[ARRAY]];
  }
  for (const key of Object.keys(value)) value[key] = withArrays(value[key], arrays);
  return value;
}

/**
 * Whether two typed arrays hold the same values; new data that brings the same array again is no change.
 * @param {ArrayLike<number> | undefined} one
 * @param {ArrayLike<number>} other
 */
export function sameArrays(one, other) {
  if (one === other) return true;
  if (one?.length !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (!Object.is(one[i], other[i])) return false;
  return true;
}

/** @typedef {(path: string) => Promise<Response>} Fetcher */
/** @typedef {{ limit: number, wrap: (payload: Payload) => any, missing?: () => void, fetcher?: Fetcher }} SourceOptions */

/**
 * The payloads of one picture in one model, fetched when they are first asked for. What was used longest ago is forgotten
 * when they weigh more than `limit` bytes together. `fetcher` answers where there is no server, `missing` is called when a
 * payload is gone.
 */
export class PayloadSource {
  /**
   * @param {string} url
   * @param {SourceOptions} options
   */
  constructor(url, { limit, wrap, missing, fetcher = (path) => fetch(path) }) {
    this.url = url;
    this.limit = limit;
    this.wrap = wrap;
    this.missing = missing;
    this.fetcher = fetcher;
    /** @type {Map<string, { value: any, bytes: number }>} */
    this.ready = new Map();
    /** @type {Map<string, Promise<any>>} */
    this.waiting = new Map();
    this.bytes = 0;
    this.closed = false;
  }

  /**
   * What is there already, or undefined.
   * @param {string} path
   */
  peek(path) {
    return this.ready.get(path)?.value;
  }

  /**
   * What `wrap` makes of the payload at `path`; rejects where the server has none.
   * @param {string} path
   * @param {(payload: Payload) => any} [wrap]
   * @returns {Promise<any>}
   */
  get(path, wrap = this.wrap) {
    const kept = this.ready.get(path);
    if (kept) {
      this.ready.delete(path);
      this.ready.set(path, kept);
      return Promise.resolve(kept.value);
    }
    const waiting = this.waiting.get(path);
    if (waiting) return waiting;
    const request = this.load(path, wrap).finally(() => this.waiting.delete(path));
    this.waiting.set(path, request);
    return request;
  }

  /**
   * @param {string} path
   * @param {(payload: Payload) => any} wrap
   */
  async load(path, wrap) {
    const response = await this.fetcher(`${this.url}/${path}`);
    // A server that no longer knows the token answers an error, or with the page's own HTML after a restart; 421 is the
    // answer of another server than the page's, in its own words.
    if (!response.ok || !response.headers.get("content-type")?.startsWith("application/octet-stream")) {
      if (response.status === 409) throw new Error("edited"); // nothing is missing: an edit made it impossible to draw
      const gone = [404, 410].includes(response.status) || response.ok;
      if ((gone || response.status === 421) && !this.closed) this.missing?.();
      throw new Error(gone ? "gone" : (await response.text()).slice(0, 300));
    }
    const payload = readPayload(await response.arrayBuffer());
    const value = wrap(payload);
    this.ready.set(path, { value, bytes: payload.bytes });
    this.bytes += payload.bytes;
    this.forget();
    return value;
  }

  forget() {
    for (const [path, { bytes }] of this.ready) {
      if (this.bytes <= this.limit || this.ready.size === 1) return;
      this.ready.delete(path);
      this.bytes -= bytes;
    }
  }

  /** Nothing more is wanted from here. */
  close() {
    this.closed = true;
    this.ready.clear();
    this.bytes = 0;
  }
}
