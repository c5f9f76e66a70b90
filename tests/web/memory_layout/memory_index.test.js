// Addresses and indices in memory, against the tensors that torch lays out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addressOf, addressSum, indexOf } from "../../../vitviz/app/topics/memory_layout/memory_index.js";

/** @type {{ shape: number[], strides: number[], indices: number[][] }[]} */
const cases = JSON.parse(readFileSync(new URL("memory_index.json", import.meta.url), "utf8"));

for (const { shape, strides, indices } of cases) {
  test(`shape ${shape.join(", ")} with strides ${strides.join(", ")}`, () => {
    for (const [address, index] of indices.entries()) {
      assert.deepEqual(indexOf(address, strides, shape), index);
      assert.equal(addressOf(index, strides), address);
    }
  });
}

test("an address as the sum that makes it", () => {
  assert.equal(addressSum([0, 1, 2, 2], [48, 16, 4, 1]), "0\u00b748 + 1\u00b716 + 2\u00b74 + 2\u00b71");
  assert.equal(addressOf([0, 1, 2, 2], [48, 1, 12, 3]), 31);
});
