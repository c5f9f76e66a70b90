// Binary payloads as `vitviz/views/attention_payload.py` packs them, and where they come from. Knows no host.

const MAGIC = "VVA1";
const TYPES = { "<f4": Float32Array, "<f8": Float64Array, "<i4": Int32Array, "|u1": Uint8Array };

/** The header of a payload, and its arrays as views of the same bytes: every bit is torch's. */
export function readPayload(buffer) {
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== MAGIC) throw new Error("not an attention payload");
  const length = new DataView(buffer).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const arrays = {};
  for (const { name, dtype, shape, offset } of header.arrays) {
    const size = shape.reduce((product, side) => product * side, 1);
    arrays[name] = new TYPES[dtype](buffer, offset, size);
  }
  return { header, arrays, bytes: buffer.byteLength };
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
