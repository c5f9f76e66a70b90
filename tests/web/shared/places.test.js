// The places of a picture in maps of different sizes against Python's, which are where a real Swin's mergings put them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { carry, countMergings } from "../../../vitviz/web/shared/places.js";

/** @type {{ prefix: number, fine: [number, number], coarse: [number, number], coarser: number[], finer: number[] }[]} */
const cases = JSON.parse(readFileSync(new URL("places.json", import.meta.url), "utf8"));

for (const { prefix, fine, coarse, coarser, finer } of cases) {
  test(`between ${fine.join(" x ")} and ${coarse.join(" x ")} patches after ${prefix} tokens`, () => {
    const down = coarser.map((_, token) => carry(token, prefix, fine, coarse));
    assert.deepEqual(down, coarser);
    assert.deepEqual(
      finer.map((_, token) => carry(token, prefix, coarse, fine)),
      finer,
    );
    for (const [token, there] of coarser.entries()) {
      assert.equal(carry(there, prefix, coarse, fine, token), token, "the finer token is remembered on the way back");
    }
  });
}

test("a finer token that belongs to another place is not taken", () => {
  assert.equal(carry(0, 0, [7, 7], [14, 14], 14 * 13), 14 + 1);
  assert.equal(carry(5, 1, [7, 7], [14, 14], 0), carry(5, 1, [7, 7], [14, 14]));
});

test("maps that no merging connects are refused", () => {
  assert.equal(countMergings([14, 14], [8, 9]), null);
  assert.throws(() => carry(0, 0, [14, 14], [8, 9]), RangeError);
});
