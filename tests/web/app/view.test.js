import assert from "node:assert/strict";
import { test } from "node:test";
import { fitting, zoomFor } from "../../../vitviz/app/widgets/presentation.js";
import { answered } from "../../../vitviz/app/widgets/theme.js";
import { magnified } from "../../../vitviz/web/plotly/magnified.js";

test("a chosen theme answers for the system's colours, and for nothing else", () => {
  assert.equal(answered("(prefers-color-scheme: dark)", "dark"), true);
  assert.equal(answered("(prefers-color-scheme: light)", "dark"), false);
  assert.equal(answered("(prefers-color-scheme: dark)", "light"), false);
  assert.equal(answered("(prefers-color-scheme: dark)", "system"), undefined);
  assert.equal(answered("(pointer: coarse)", "dark"), undefined);
});

test("a presentation is 130 to 160 % of a page", () => {
  assert.deepEqual([800, 1280, 1920, 3840].map(zoomFor), [1.3, 1.3, 1.43, 1.6]);
});

test("a page that is a little too high is made smaller, one that would be too small then is not", () => {
  assert.equal(fitting(1.43, 1080, 1080), 1.43);
  assert.equal(fitting(1.43, 1160, 1080), 1.33);
  assert.equal(fitting(1.43, 1300, 1080), 1.43);
});

test("a larger figure has larger letters and lines, and the same numbers", () => {
  const x = Float64Array.of(1, 2);
  const figure = {
    data: [{ x, marker: { size: 4, color: [1, 2] }, line: { width: 1.5 } }, { x }],
    layout: {
      width: 100,
      height: 50,
      margin: { l: 1, r: 2, t: 3, b: 4 },
      xaxis: { range: [0, 9], title: { font: { size: 10 } } },
    },
  };
  assert.equal(magnified(figure, 1).data, figure.data);
  const { data, layout } = magnified(figure, 2);
  assert.equal(data[0].x, x);
  assert.deepEqual([data[0].marker, data[0].line], [{ size: 8, color: [1, 2] }, { width: 3 }]);
  assert.deepEqual([layout.width, layout.height, layout.margin], [200, 100, { l: 2, r: 4, t: 6, b: 8 }]);
  assert.deepEqual(layout.xaxis, { range: [0, 9], title: { font: { size: 20 } } });
});
