// The geometry of the figure: every cell of every tile is found where it is drawn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tiles } from "../../../vitviz/app/topics/position/tiles.js";

for (const map of [
  { rows: 3, columns: 4, prefix: ["cls", "reg1"] },
  { rows: 14, columns: 14, prefix: ["cls"] },
  { rows: 1, columns: 5, prefix: [] },
]) {
  const { rows, columns, prefix } = map;
  test(`${rows} x ${columns} patches after ${prefix.length} prefix tokens`, () => {
    const tiles = new Tiles(map);
    assert.ok(tiles.cell * columns * (columns + 1) >= 800);
    for (let patch = 0; patch < rows * columns; patch++) {
      const token = prefix.length + patch;
      const tile = tiles.tile(token);
      assert.ok(tile && tile.left + tile.width <= tiles.width && tile.top + tile.height <= tiles.height);
      for (let other = prefix.length; other < prefix.length + rows * columns; other++) {
        const box = tiles.cellIn(token, other);
        assert.ok(box);
        const down = (box.top + box.height / 2) / tiles.height;
        const across = (box.left + box.width / 2) / tiles.width;
        assert.deepEqual(tiles.tokensAt(down, across), [token, other]);
      }
    }
    assert.deepEqual(tiles.tokensAt(-1, -1), [prefix.length, prefix.length]);
    const last = prefix.length + rows * columns - 1;
    assert.deepEqual(tiles.tokensAt(2, 2), [last, last]);
    if (prefix.length) {
      assert.equal(tiles.tile(0), null);
      assert.equal(tiles.cellIn(0, prefix.length), null);
      assert.equal(tiles.cellIn(prefix.length, 0), null);
    }
  });
}
