import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crc32 } from "../../../vitviz/web/shared/crc32.js";
import { csv, npy, npz } from "../../../vitviz/web/shared/number_files.js";

/** @type {{ npy: { type: string, values: (number | string)[], shape: number[], bytes: string }[], crc: [string, number][] }} */
const fixture = JSON.parse(readFileSync(new URL("./number_files.json", import.meta.url), "utf8"));
/** @type {Record<string, any>} */
const TYPES = { Float32Array, Float64Array, Int32Array, Int16Array, Uint8Array };

for (const { type, values, shape, bytes } of fixture.npy) {
  test(`${type} of ${shape.join(" x ")} is the file that NumPy writes`, () => {
    const given = type in TYPES ? TYPES[type].from(values) : values;
    assert.equal(Buffer.from(npy({ values: given, shape })).toString("hex"), bytes);
  });
}

test("a view of a larger buffer is written alone, and without a shape it is one row", () => {
  const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  assert.deepEqual(npy({ values: part }), npy({ values: Float32Array.of(2, 3), shape: [2] }));
});

test("a shape that does not fit is refused", () => {
  assert.throws(() => npy({ values: [1, 2, 3], shape: [2, 2] }), /3 values are no array of 2 x 2/);
});

test("the checksum is zlib's", () => {
  for (const [text, expected] of fixture.crc) assert.equal(crc32(new TextEncoder().encode(text)), expected);
});

test("a zip lists every file with its place and checksum", () => {
  const values = { a: { values: [1] }, 图: { values: ["x"] } };
  const file = Buffer.from(npz(values));
  const end = file.subarray(-22);
  assert.equal(end.readUInt32LE(0), 0x06054b50);
  assert.equal(end.readUInt16LE(10), 2);
  let central = end.readUInt32LE(16);
  for (const [name, array] of Object.entries(values)) {
    assert.equal(file.readUInt32LE(central), 0x02014b50);
    const length = file.readUInt16LE(central + 28);
    assert.equal(file.toString("utf8", central + 46, central + 46 + length), `${name}.npy`);
    const local = file.readUInt32LE(central + 42);
    const content = file.subarray(local + 30 + length, local + 30 + length + file.readUInt32LE(local + 22));
    assert.deepEqual(new Uint8Array(content), npy(array));
    assert.equal(file.readUInt32LE(local + 14), crc32(content));
    central += 46 + length;
  }
  assert.equal(central, file.length - 22);
});

test("a table has its comments, every digit, and quotes where a cell needs them", () => {
  const table = { "a,b": Float32Array.of(0.1, -0, NaN), name: ['say "x"', null, "# no comment"] };
  const lines = ["# model: m", '"a,b",name', '0.10000000149011612,"say ""x"""', "0,", 'NaN,"# no comment"', ""];
  assert.equal(csv(table, ["model: m"]), lines.join("\n"));
});
