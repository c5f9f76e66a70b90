// Payloads as `vitviz/payload.py` packs them, and where they are fetched from. Knows no host.

const MAGIC = "VVA1";
const ALIGNMENT = 8;
const ARRAY = "$array";
const TYPES = {
  "<f4": Float32Array,
  "<f8": Float64Array,
  "<i4": Int32Array,
  "<i2": Int16Array,
  "|u1": Uint8Array,
};

/**
 * The header of a payload, and its arrays as views of the same bytes: every bit is torch's. Only bytes that do not begin
 * at a multiple of eight in their buffer are copied, once and whole.
 */
export function readPayload(payload) {
  const { buffer, byteOffset, byteLength } = aligned(payload);
  const magic = String.fromCharCode(...new Uint8Array(buffer, byteOffset, MAGIC.length));
  if (magic !== MAGIC) throw new Error("not a payload of vitviz");
  const length = new DataView(buffer, byteOffset).getUint32(MAGIC.length, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, byteOffset + MAGIC.length + 4, length)));
  const arrays = {};
  for (const { name, dtype, shape, offset } of header.arrays) {
    const size = shape.reduce((product, side) => product * side, 1);
    arrays[name] = new TYPES[dtype](buffer, byteOffset + offset, size);
  }
  return { header, arrays, bytes: byteLength };
}

function aligned(payload) {
  const bytes = payload instanceof ArrayBuffer ? new Uint8Array(payload) : payload;
  return bytes.byteOffset % ALIGNMENT ? bytes.slice() : bytes;
}

/** The nested data that Python's `pack_data` packed, with typed arrays (row by row, without their shapes) in it. */
export function unpackData(payload) {
  const { header, arrays } = readPayload(payload);
  return withArrays(header.data, arrays);
}

function withArrays(value, arrays) {
  if (value === null || typeof value !== "object") return value;
  if (ARRAY in value) return arrays[value[ARRAY]];
  for (const key of Object.keys(value)) value[key] = withArrays(value[key], arrays);
  return value;
}

/** Whether two typed arrays hold the same values; new data that brings the same array again is no change. */
export function sameArrays(one, other) {
  if (one === other) return true;
  return one !== undefined && one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
}

/**
 * The payloads of one picture in one model, fetched when they are first asked for. What was looked at longest ago is
 * forgotten when they weigh more than `limit` bytes together.
 */
export class PayloadSource {
  constructor(url, { limit, wrap, missing, fetcher = (path) => fetch(path) }) {
    Object.assign(this, { url, limit, wrap, missing, fetcher });
    this.ready = new Map();
    this.waiting = new Map();
    this.bytes = 0;
    this.closed = false;
  }

  /** What is there already, or undefined. */
  peek(path) {
    return this.ready.get(path)?.value;
  }

  /** What `wrap` makes of the payload at `path`; rejects where the server has none. */
  get(path, wrap = this.wrap) {
    const kept = this.ready.get(path);
    if (kept) {
      this.ready.delete(path);
      this.ready.set(path, kept);
      return Promise.resolve(kept.value);
    }
    if (!this.waiting.has(path)) {
      const request = this.load(path, wrap).finally(() => this.waiting.delete(path));
      this.waiting.set(path, request);
    }
    return this.waiting.get(path);
  }

  async load(path, wrap) {
    const response = await this.fetcher(`${this.url}/${path}`);
    // A server that no longer knows the token answers an error, or with the page's own HTML after a restart.
    if (!response.ok || !response.headers.get("content-type")?.startsWith("application/octet-stream")) {
      const gone = [404, 410].includes(response.status) || response.ok;
      if (gone && !this.closed) this.missing?.();
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
