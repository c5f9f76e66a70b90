import assert from "node:assert/strict";
import { test } from "node:test";
import { arranged, legendLines } from "../../../vitviz/web/plotly/panels.js";
import { thinned } from "../../../vitviz/web/plotly/thinned.js";

/** @import { Axis, Figure } from "../../../vitviz/web/plotly/types.js" */

const margin = { l: 58, r: 10, t: 20, b: 40 };

/** @returns {Figure} three panels side by side */
const three = () => ({
  data: ["x", "x2", "x3"].map((xaxis) => ({ x: [0], y: [1], xaxis, yaxis: "y" })),
  layout: {
    height: 230,
    margin,
    meta: { panels: "beside" },
    yaxis: { range: [0, 5], anchor: "x" },
    xaxis: {},
    xaxis2: { matches: "x" },
    xaxis3: { matches: "x" },
    shapes: [
      { xref: "x2", yref: "y domain" },
      { xref: "x3", yref: "y" },
      { xref: "x3 domain", yref: "paper" },
    ],
    annotations: [{ xref: "x3 domain", yref: "y domain", text: "third" }],
  },
});

test("with room enough panels share one row and one axis", () => {
  const { data, layout } = arranged(three(), 900);
  assert.equal(layout.height, 230);
  assert.equal(layout.width, 900);
  assert.deepEqual(layout.yaxis, { range: [0, 5], domain: [0, 1], anchor: "x" });
  const domains = ["xaxis", "xaxis2", "xaxis3"].map(
    (key) => /** @type {number[]} */ (/** @type {Axis} */ (layout[key]).domain),
  );
  for (const [left, right] of domains) assert.ok(right - left > 0.3);
  assert.ok(domains[0][1] < domains[1][0] && domains[1][1] < domains[2][0]);
  assert.ok(data.every(({ yaxis }) => yaxis === "y"));
});

test("a figure may ask for more room between its panels, a share of the width", () => {
  const wide = three();
  wide.layout.meta = { panels: "beside", gap: 0.1 };
  const between = (/** @type {Figure} */ figure) => {
    const { layout } = arranged(figure, 900);
    const [one, two] = [layout.xaxis, layout.xaxis2].map((axis) => /** @type {Axis} */ (axis).domain ?? [0, 0]);
    return two[0] - one[1];
  };
  assert.ok(Math.abs(between(wide) - 0.1) < 1e-9);
  assert.ok(Math.abs(between(three()) - 14 / (900 - margin.l - margin.r)) < 1e-9);
});

test("on a narrow page they go into rows, each as high as before, with all that belongs to them", () => {
  const { data, layout } = arranged(three(), 390);
  assert.equal(layout.height, 460);
  assert.deepEqual(
    data.map(({ yaxis }) => yaxis),
    ["y", "y", "y2"],
  );
  const { domain: first = [0, 0] } = /** @type {Axis} */ (layout.yaxis);
  const second = /** @type {Axis} */ (layout.yaxis2);
  const [low, high] = second.domain ?? [1, 1];
  const pixels = 460 - margin.t - margin.b;
  assert.ok(Math.abs((first[1] - first[0]) * pixels - 170) < 1e-9);
  assert.ok(Math.abs((high - low) * pixels - 170) < 1e-9);
  assert.ok(high < first[0]);
  assert.ok(Math.abs(low) < 1e-9);
  assert.deepEqual([second.matches, second.anchor, second.range], ["y", "x3", [0, 5]]);
  assert.deepEqual(
    layout.shapes?.map(({ yref }) => yref),
    ["y domain", "y2", "paper"],
  );
  assert.equal(layout.annotations?.[0].yref, "y2 domain");
});

test("the given figure is not changed, and other figures only get their width", () => {
  const given = three();
  arranged(given, 390);
  assert.deepEqual(given, three());
  const single = { data: [{ x: [1], y: [2] }], layout: { height: 300, margin, xaxis: {} } };
  assert.deepEqual(arranged(single, 500), { data: single.data, layout: { ...single.layout, width: 500 } });
});

test("a legend of several lines gets room above the panels", () => {
  const data = ["one pass", "two passes", "the way of Welford"].map((name) => ({
    name,
    showlegend: true,
    x: [],
    y: [],
  }));
  const layout = { height: 300, margin, showlegend: true };
  assert.equal(legendLines(data, layout, 900), 1);
  const narrow = arranged({ data, layout }, 390);
  assert.ok((narrow.layout.height ?? 0) > 300);
  assert.equal((narrow.layout.height ?? 0) - (narrow.layout.margin?.t ?? 0), 300 - margin.t);
});

test("of hundreds of markers in one place one is drawn, with its own words", () => {
  const x = Float64Array.from({ length: 600 }, (_, i) => (i % 3) * 100);
  const trace = { mode: "markers", x, y: x, text: Array.from(x, (_, i) => String(i)) };
  const figure = { data: [trace], layout: { width: 500, height: 300 } };
  const [thin] = thinned(figure).data;
  assert.deepEqual([.../** @type {Float64Array} */ (thin.x)], [0, 100, 200]);
  assert.deepEqual(thin.text, ["597", "598", "599"]);
  assert.equal(thinned(figure).data[0], thin, "the same trace in the same room stays the same");
  const few = { data: [{ mode: "markers", x: [1, 1], y: [1, 1] }], layout: {} };
  assert.equal(thinned(few).data[0], few.data[0]);
});
