import assert from "node:assert/strict";
import { test } from "node:test";
import { inside, zoomedAt, zoomedOn, zoomOf } from "../../../vitviz/web/explorer/matrix_area.js";

const WHOLE = { x: 0, y: 0, span: 200 };

test("plus, minus and 0 zoom; the browser's own zoom keys stay its own", () => {
  assert.equal(zoomOf({ key: "+" }), 0.5);
  assert.equal(zoomOf({ key: "=" }), 0.5);
  assert.equal(zoomOf({ key: "-" }), 2);
  assert.equal(zoomOf({ key: "0" }), Infinity);
  assert.equal(zoomOf({ key: "1" }), undefined);
  assert.equal(zoomOf({ key: "+", ctrlKey: true }), undefined);
  assert.equal(zoomOf({ key: "-", metaKey: true }), undefined);
});

test("zooming in on a cell puts it in the middle, or as near as the edge lets it", () => {
  assert.deepEqual(zoomedOn(WHOLE, 0.5, 200, { x: 100, y: 120 }), { x: 50, y: 70, span: 100 });
  assert.deepEqual(zoomedOn(WHOLE, 0.5, 200, { x: 10, y: 195 }), { x: 0, y: 100, span: 100 });
});

test("there are always six cells at least, or as many as the matrix has", () => {
  assert.equal(zoomedOn({ x: 3, y: 3, span: 8 }, 0.5, 200, { x: 5, y: 5 }).span, 6);
  assert.equal(zoomedOn({ x: 0, y: 0, span: 4 }, 0.5, 4, { x: 2, y: 2 }).span, 4);
});

test("zooming out ends at the whole matrix", () => {
  assert.deepEqual(zoomedOn({ x: 150, y: 0, span: 50 }, 2, 200, { x: 175, y: 25 }), { x: 100, y: 0, span: 100 });
  assert.deepEqual(zoomedOn({ x: 150, y: 20, span: 50 }, Infinity, 200, { x: 175, y: 25 }), WHOLE);
});

test("what lies under the wheel stays there", () => {
  const anchor = { x: 0.25, y: 0.5 };
  const before = { x: 40, y: 60, span: 80 };
  const after = zoomedAt(before, 0.8, 200, anchor);
  assert.equal(after.span, 64);
  for (const at of /** @type {const} */ (["x", "y"]))
    assert.equal(after[at] + anchor[at] * after.span, before[at] + anchor[at] * before.span);
});

test("an area that was dragged over the edge comes back", () => {
  assert.deepEqual(inside({ x: -5, y: 190, span: 20 }, 200), { x: 0, y: 180, span: 20 });
});
