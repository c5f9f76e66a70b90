import assert from "node:assert/strict";
import { test } from "node:test";
import { curvesOf } from "../../../vitviz/web/plotly/curves.js";
import { arraysIn, kindsOf } from "../../../vitviz/web/shared/save_figure.js";

test("the arrays of nested data are found by their paths, colour tables are not", () => {
  const values = Float32Array.of(1, 2);
  const data = {
    rows: [{ values, label: "a" }],
    scale: new Uint8Array(768),
    steps: [3, 1],
    words: { help: "" },
    no: null,
  };
  assert.deepEqual(arraysIn(data), { "rows.0.values": { values, shape: [2] }, steps: { values: [3, 1] } });
});

test("a figure can be saved as what it has", () => {
  assert.deepEqual(kindsOf({ table: { a: [1] }, arrays: {} }), ["csv"]);
  const element = /** @type {Element} */ (/** @type {unknown} */ ({}));
  assert.deepEqual(kindsOf({ element, arrays: { a: { values: [1] } } }), ["png", "svg", "npz"]);
});

test("curves are rows with the name of their trace", () => {
  const traces = [
    { name: "p", x: [0, 1], y: Float32Array.of(0.5, NaN) },
    { xaxis: "x2", x: ["a"], y: [2] },
    { name: "nothing", y: [1] },
  ];
  assert.deepEqual(curvesOf(traces), { curve: ["p", "p", "x2 1"], x: [0, 1, "a"], y: [0.5, NaN, 2] });
});
