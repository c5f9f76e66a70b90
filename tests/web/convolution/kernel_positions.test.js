// The positions of a kernel and what it reads there, against numpy's index arrays.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  describe,
  entryAt,
  movedPosition,
  positionAt,
  tapsAt,
} from "../../../vitviz/app/topics/convolution/kernel_positions.js";

/** @typedef {import("../../../vitviz/app/topics/convolution/kernel_positions.js").Kernel} Kernel */
/** @type {(Kernel & { levels: number[], belongs: number[] })[]} */
const cases = JSON.parse(readFileSync(new URL("kernel_positions.json", import.meta.url), "utf8"));
const WORDS = {
  position: "position",
  row: "row",
  column: "column",
  begins: "begins at",
  entry: "entry",
  padding: "padding",
};
const CHANNELS = ["R", "G", "B"];

for (const kernel of cases) {
  const { size, kernel: side, stride, padding, dilation, count, padded, levels, belongs } = kernel;
  const name = `size ${size}, kernel ${side}, stride ${stride}, padding ${padding}, dilation ${dilation}`;

  test(`${name}: every pixel belongs to the last position that starts at or before it`, () => {
    for (let row = 0; row < padded; row++)
      for (let column = 0; column < padded; column++)
        assert.equal(positionAt(row, column, kernel), belongs[row] * count + belongs[column]);
    assert.equal(positionAt(-3, padded + 9, kernel), count - 1);
  });

  test(`${name}: taps and entries are the pixels that the arrays pick`, () => {
    for (let at = 0; at < count * count; at++) {
      const [top, left] = [Math.floor(at / count) * stride, (at % count) * stride];
      const taps = tapsAt(at, kernel);
      assert.equal(taps.length, side * side);
      for (const [tap, [y, x]] of taps.entries()) {
        assert.deepEqual([y, x], [top + dilation * Math.floor(tap / side), left + dilation * (tap % side)]);
        for (const channel of [0, 1, 2]) {
          const entry = entryAt(at, channel * side * side + tap, kernel);
          const [r, c] = [y - padding, x - padding];
          const inside = r >= 0 && c >= 0 && r < size && c < size;
          const value = inside ? levels[(channel * size + r) * size + c] : 0;
          assert.deepEqual(entry, { k: channel, y, x, value, outside: !inside });
        }
      }
    }
  });
}

test("a step stays inside the grid of positions", () => {
  assert.equal(movedPosition(4, [0, 1], 3), 5);
  assert.equal(movedPosition(5, [0, 1], 3), 5);
  assert.equal(movedPosition(5, [-1, 0], 3), 2);
  assert.equal(movedPosition(2, [-1, 0], 3), 2);
  assert.equal(movedPosition(6, [1, -1], 3), 6);
});

test("positions and entries in words, with the sums that make their indices", () => {
  const [patches] = cases;
  assert.equal(
    describe(5, null, patches, CHANNELS, WORDS),
    "position n = 5  (row 1, column 2): begins at 2\u00b71 = 2, 2\u00b72 = 4",
  );
  const lines = describe(5, 7, patches, CHANNELS, WORDS).split("\n");
  assert.equal(lines[0], "position n = 5  (row 1, column 2), entry 7:  k = 1 (G)");
  assert.equal(lines[1], "i = 1\u00b71 + 2\u00b71 = 3   j = 1\u00b71 + 2\u00b72 = 5");
  assert.equal(lines[2], `x[1, 3, 5] = ${patches.levels[(6 + 3) * 6 + 5]}`);
  assert.match(describe(0, 0, cases[1], CHANNELS, WORDS), /x\[0, 0, 0\] = 0 \(padding\)$/);
});
