// The sheet of filters: its places, its steps, and the colours that Python gives one filter.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { corner, layOut, movedWeight, pixels, weightAt } from "../../../vitviz/app/topics/convolution/filter_sheet.js";

/** @type {{ values: number[], high: number, pictures: number[][][][] }} */
const colours = JSON.parse(readFileSync(new URL("filter_colours.json", import.meta.url), "utf8"));

test("every weight has the colour that Python gives it", () => {
  const { values, high, pictures } = colours;
  const [count, side] = [pictures.length, pictures[0].length];
  const bytes = pixels(values, count, side, high);
  for (let index = 0; index < count; index++)
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const pixel = 4 * (row * count * side + index * side + column);
        assert.deepEqual([...bytes.slice(pixel, pixel + 4)], [...pictures[index][row][column], 255]);
      }
});

for (const [room, count, width] of [
  [500, 96, 36],
  [350, 28, 58],
  [40, 3, 36],
]) {
  test(`${count} pictures in ${room} pixels: every weight is found where it stands`, () => {
    const [sheet, side] = [layOut(room, count, width), 16];
    for (let index = 0; index < count; index++) {
      const [x, y] = corner(index, sheet);
      assert.ok(x + sheet.size <= room && y + sheet.size <= sheet.height);
      for (const [row, column] of [
        [0, 0],
        [7, 12],
        [15, 15],
      ]) {
        const middle = (/** @type {number} */ at) => ((at + 0.5) / side) * sheet.size;
        assert.deepEqual(weightAt(x + middle(column), y + middle(row), sheet, count, side), { index, row, column });
      }
      assert.equal(weightAt(x + 1, y + sheet.size + 2, sheet, count, side), null);
    }
    assert.equal(weightAt(1, sheet.height + 5, sheet, count, side), null);
  });
}

test("arrow keys go to the next filter, with shift to the next weight", () => {
  const sheet = layOut(500, 96, 36);
  const first = movedWeight(null, [0, 1], false, sheet, 96, 16);
  assert.deepEqual(first, { index: 0, row: 8, column: 8 });
  assert.equal(movedWeight(first, [0, 1], false, sheet, 96, 16).index, 1);
  assert.equal(movedWeight(first, [1, 0], false, sheet, 96, 16).index, sheet.columns);
  assert.equal(movedWeight(first, [-1, 0], false, sheet, 96, 16), first);
  assert.deepEqual(movedWeight(first, [1, 0], true, sheet, 96, 16), { index: 0, row: 9, column: 8 });
  assert.equal(movedWeight({ ...first, column: 15 }, [0, 1], true, sheet, 96, 16).column, 15);
});
