import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PayloadSource, readPayload, sameArrays, unpackData } from "../../../vitviz/web/shared/payload.js";

const { packed, data, arrays } = JSON.parse(readFileSync(new URL("./payload.json", import.meta.url), "utf8"));
const bytes = Uint8Array.from(Buffer.from(packed, "base64"));

/** @param {ArrayBufferView} array */
const hex = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString("hex");

/** @param {Uint8Array} given */
function check(given) {
  const { values, ...rest } = unpackData(/** @type {Uint8Array<ArrayBuffer>} */ (given));
  assert.deepEqual(rest, data);
  for (const [name, [type, expected]] of Object.entries(arrays)) {
    assert.equal(values[name].constructor.name, type);
    assert.equal(hex(values[name]), expected);
  }
  return values;
}

test("nested data arrives with every bit", () => {
  check(bytes);
});

test("arrays are views of the bytes where these lie well, else of one copy", () => {
  assert.equal(check(bytes).float32.buffer, bytes.buffer);
  for (const offset of [1, 4, 8]) {
    const padded = new Uint8Array(bytes.length + offset);
    padded.set(bytes, offset);
    const values = check(padded.subarray(offset));
    assert.equal(values.float32.buffer === padded.buffer, offset === 8);
  }
});

test("an array that was packed once is one array", () => {
  const values = check(bytes);
  assert.equal(values.again, values.float32);
});

test("something else is refused", () => {
  assert.throws(() => readPayload(new TextEncoder().encode("<!doctype html>")), /not a payload/);
});

test("arrays are compared by their bits", () => {
  assert.ok(sameArrays(new Float32Array([NaN, 1]), new Float32Array([NaN, 1])));
  assert.ok(!sameArrays(new Float32Array([0]), new Float32Array([-0])));
  assert.ok(!sameArrays(undefined, new Float32Array(0)));
});

test("a source asks its fetcher once, keeps what fits, and reports what is gone", async () => {
  /** @type {string[]} */
  const asked = [];
  let missing = 0;
  const headers = { "content-type": "application/octet-stream" };
  const source = new PayloadSource("here", {
    limit: bytes.length + 1,
    wrap: ({ header }) => header.data,
    missing: () => missing++,
    fetcher: async (path) => {
      asked.push(path);
      if (path.endsWith("gone")) return new Response("", { status: 410 });
      if (path.endsWith("elsewhere")) return new Response("on another server", { status: 421 });
      if (path.endsWith("edited")) return new Response("q and k do not tell it", { status: 409 });
      return new Response(bytes, { headers });
    },
  });
  const [one, again] = await Promise.all([source.get("a"), source.get("a")]);
  assert.equal(one, again);
  assert.equal(source.peek("a"), one);
  await source.get("b");
  assert.equal(source.peek("a"), undefined);
  assert.deepEqual(asked, ["here/a", "here/b"]);
  await assert.rejects(source.get("gone"), /gone/);
  assert.equal(missing, 1);
  await assert.rejects(source.get("elsewhere"), /on another server/);
  assert.equal(missing, 2);
  await assert.rejects(source.get("edited"), /^Error: edited$/); // to be asked again is no use
  assert.equal(missing, 2);
});
