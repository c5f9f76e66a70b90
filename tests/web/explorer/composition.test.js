import assert from "node:assert/strict";
import { test } from "node:test";
import { svgText } from "../../../vitviz/web/explorer/composition.js";

const ink = { text: "#222", faint: "", middle: "", ground: "#fff", accent: "#00f", second: "#0aa", font: "" };
const box = { x: 0.5, y: 0, width: 0.5, height: 0.5, colour: "#00f", dashed: true };
const panel = (/** @type {number} */ aspect) => ({
  label: "blocks.0",
  aspect,
  layers: [{ href: "a.png" }, { href: "b.png", opacity: 0.5 }],
  boxes: [box],
});
const bar = { href: "bar.png", low: "0", high: "0.1", label: "weight" };
const text = svgText({ title: `<"Tom" & 'Ann'>`, lines: ["one", "two"], ink, panels: [panel(1), panel(2)], bar });

test("text is text and no markup", () => {
  assert.ok(text.includes("&lt;&quot;Tom&quot; &amp; &#39;Ann&#39;&gt;"));
  assert.ok(!text.includes('<"Tom"'));
});

test("the panels are equally high, fill the width and hold their images and boxes", () => {
  const images = [...text.matchAll(/href="[ab]\.png" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)];
  const [x, , width, height] = images[0].slice(1).map(Number);
  const [lastX, , lastWidth, lastHeight] = images[3].slice(1).map(Number);
  assert.equal(images.length, 4);
  assert.equal(x, 24);
  assert.equal(height, lastHeight);
  assert.equal(width, height);
  assert.ok(Math.abs(lastX + lastWidth - (1200 - 24)) < 1e-9);
  assert.equal(text.match(/stroke-dasharray/g)?.length, 2);
  assert.ok(text.includes('opacity="0.5"'));
});
