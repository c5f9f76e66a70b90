import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, GridLayout } from "../../../vitviz/web/explorer/grid_layout.js";

const none = () => undefined;
const layers = [0, 1, 2].map(() => ({ heads: 3, shape: /** @type {[number, number]} */ ([14, 14]) }));
const ROOM = { width: 400, height: 470, ratio: 1 };

test("layers go down, heads across, their mean is last", () => {
  const { cells, columns } = arrange([3, 3], "layer", none);
  assert.equal(columns, 4);
  assert.deepEqual(cells.slice(2, 5), [
    { layer: 0, head: 2 },
    { layer: 0, head: "mean" },
    { layer: 1, head: 0 },
  ]);
});

test("a layer of many heads has several rows, and one mean", () => {
  const { cells, columns } = arrange([16], "layer", none);
  assert.equal(columns, 13);
  assert.equal(cells.length, 26);
  assert.deepEqual(cells[13], { layer: 0, head: 12 });
  assert.equal(cells[25], null);
  assert.equal(cells.filter((cell) => cell?.head === "mean").length, 1);
});

test("heads are sorted by a figure, those without one last", () => {
  const figure = (/** @type {number} */ layer, /** @type {number} */ head) => (layer ? undefined : 3 - head);
  const { cells } = arrange([3, 1], "entropy", figure);
  assert.deepEqual(
    cells.map((cell) => `${cell?.layer}.${cell?.head}`),
    ["0.2", "0.1", "0.0", "1.0"],
  );
});

test("every map is found at its own middle, and fits the room", () => {
  for (const order of /** @type {const} */ (["layer", "entropy"])) {
    const layout = new GridLayout(layers, order, none, ROOM);
    assert.ok(layout.size.width * layout.shrink <= ROOM.width);
    assert.ok(layout.size.height * layout.shrink <= ROOM.height);
    assert.ok(Number.isInteger(layout.map.width) && layout.map.width >= 14);
    for (const [place, cell] of layout.cells.entries()) {
      if (!cell) continue;
      const [x, y] = layout.corner(place);
      const middle = [(x + layout.map.width / 2) / layout.size.width, (y + layout.map.height / 2) / layout.size.height];
      assert.deepEqual(layout.at(middle[0], middle[1]), cell);
      assert.equal(layout.placeOf(cell), place);
    }
  }
});

test("beside the maps there is none", () => {
  const layout = new GridLayout(layers, "layer", none, ROOM);
  assert.equal(layout.at(0.001, 0.5), null);
  assert.equal(layout.at(0.5, 0.001), null);
  assert.equal(layout.placeOf({ layer: 0, head: 7 }), undefined);
});

test("where there is no room for a pixel a patch, the maps are drawn larger than they are shown", () => {
  const layout = new GridLayout(layers, "layer", none, { ...ROOM, width: 60 });
  assert.equal(layout.map.width, 14);
  assert.ok(layout.shrink < 1);
});
