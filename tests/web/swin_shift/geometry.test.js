// The lookups of the windows' geometry, and the four patches of a merging.
import assert from "node:assert/strict";
import { test } from "node:test";
import { four } from "../../../vitviz/app/topics/swin_shift/merging.js";
import { even, merging, padded, single } from "./windows.js";

const all = { even, padded, single };

for (const [name, windows] of Object.entries(all)) {
  test(`${name}: slots, places and patches are found back`, () => {
    const { grid, size, height, width } = windows;
    assert.equal(windows.cells.length, grid.num_windows * size);
    assert.equal(windows.isPadded, name === "padded");
    for (const shift of windows.shifts) {
      for (let slot = 0; slot < windows.cells.length; slot++) {
        assert.equal(windows.fromCell[windows.cells[slot]], slot);
        assert.equal(shift.fromOrigin[shift.origins[slot]], slot);
        // The roll by s: what stands at (row, column) came from (row + s, column + s), around the edge.
        const [row, column] = windows.place(windows.cells[slot]);
        const [fromRow, fromColumn] = windows.place(shift.origins[slot]);
        assert.deepEqual([(row + shift.shift) % height, (column + shift.shift) % width], [fromRow, fromColumn]);
        const token = shift.tokens[slot];
        if (token >= 0) assert.equal(shift.slotOf.get(token), slot);
        if (token >= 0) assert.deepEqual(windows.patch(token), [fromRow, fromColumn]);
        else assert.ok(fromRow >= grid.height || fromColumn >= grid.width);
      }
    }
  });

  test(`${name}: the mask cuts exactly the pairs of different regions`, () => {
    for (const shift of windows.shifts) {
      for (let window = 0; window < windows.grid.num_windows; window++) {
        for (let i = 0; i < windows.size; i++) {
          for (let j = 0; j < windows.size; j++) {
            const first = window * windows.size;
            assert.equal(shift.cut(window, i, j), shift.regions[first + i] !== shift.regions[first + j]);
          }
        }
      }
    }
  });

  test(`${name}: pieces fill the windows that they are put together to`, () => {
    for (const shift of windows.shifts) {
      const kinds = windows.compositions(shift);
      assert.equal(
        kinds.reduce((sum, { count }) => sum + count, 0),
        windows.grid.num_windows,
      );
      for (const { pieces } of kinds)
        assert.equal(
          pieces.reduce((sum, [h, w]) => sum + h * w, 0),
          windows.size,
        );
      const counted = shift.sizes.reduce((sum, [, , count]) => sum + count, 0);
      assert.equal(counted, shift.pieces.length);
      for (let slot = 0; slot < windows.cells.length; slot++) {
        const piece = shift.piece(Math.floor(slot / windows.size), shift.regions[slot]);
        const [row, column] = windows.place(shift.origins[slot]);
        assert.ok(piece && row >= piece.top && row < piece.top + piece.height);
        assert.ok(piece && column >= piece.left && column < piece.left + piece.width);
      }
    }
  });
}

test("the four patches of a merging, the row first, and null beyond an odd side", () => {
  assert.deepEqual(four(merging, [0, 0]), [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]);
  assert.deepEqual(four(merging, [4, 3]), [[8, 6], null, null, null]);
});
