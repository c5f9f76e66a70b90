import assert from "node:assert/strict";
import { test } from "node:test";
import { withRing } from "../../../vitviz/app/topics/atlas/ring.js";

const figure = {
  data: [
    { x: [0, 0, 1], y: [5, 7, Number.NaN] },
    { x: [0, 0, 1], y: [6, 9, Number.NaN] },
  ],
  layout: {
    shapes: [
      { name: "chosen", xanchor: 0, yanchor: 5 },
      { name: "other", xanchor: 3 },
      { name: "chosen own", xanchor: 0, yanchor: 6 },
    ],
  },
};

test("the ring moves to another head and nothing else changes", () => {
  const moved = withRing(figure, 1);
  assert.deepEqual(moved.layout.shapes, [
    { name: "chosen", xanchor: 0, yanchor: 7 },
    { name: "other", xanchor: 3 },
    { name: "chosen own", xanchor: 0, yanchor: 9 },
  ]);
  assert.equal(moved.data, figure.data);
  assert.equal(figure.layout.shapes[0].yanchor, 5);
});

test("a head without a value, or one that is not there, leaves the ring", () => {
  assert.deepEqual(withRing(figure, 2).layout.shapes, figure.layout.shapes);
  assert.deepEqual(withRing(figure, 9).layout.shapes, figure.layout.shapes);
});
