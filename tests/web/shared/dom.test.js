import assert from "node:assert/strict";
import { test } from "node:test";
import { zoomOf } from "../../../vitviz/web/shared/dom.js";

/**
 * @param {number} offsetWidth
 * @param {number} width
 */
const element = (offsetWidth, width) =>
  /** @type {HTMLElement} */ (/** @type {unknown} */ ({ offsetWidth, getBoundingClientRect: () => ({ width }) }));

test("a part of a pixel is no zoom: a layout that follows from it would change it again, frame by frame", () => {
  assert.equal(zoomOf(element(416, 416.4)), 1);
  assert.equal(zoomOf(element(416, 415.5)), 1);
  assert.equal(zoomOf(element(0, 0)), 1);
});

test("what a style sheet enlarges is zoomed", () => {
  assert.equal(zoomOf(element(400, 500)), 1.25);
});
