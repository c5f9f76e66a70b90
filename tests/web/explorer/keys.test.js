import assert from "node:assert/strict";
import { test } from "node:test";
import { action, moved } from "../../../vitviz/web/explorer/keys.js";

/**
 * What a key pressed on an element of that tag asks for.
 * @param {string} key
 * @param {object} [more]
 * @param {string} [tagName]
 */
const pressed = (key, more, tagName = "DIV") => action({ key, target: /** @type {any} */ ({ tagName }), ...more });
const map = { prefix: ["cls", "dist"], rows: 2, columns: 3 };

test("keys ask for moves, heads and layers", () => {
  assert.deepEqual(pressed("ArrowUp"), ["move", -1, 0]);
  assert.deepEqual(pressed("ArrowLeft", { shiftKey: true }), ["moveOther", 0, -1]);
  assert.deepEqual(pressed("]"), ["head", 1]);
  assert.deepEqual(pressed("PageUp"), ["layer", -1]);
  assert.deepEqual(pressed("X"), ["turn"]);
  assert.deepEqual(pressed("Enter"), ["pin"]);
  assert.equal(pressed("q"), null);
});

test("buttons, fields and shortcuts of the browser keep their keys", () => {
  assert.equal(pressed("Enter", {}, "BUTTON"), null);
  assert.equal(pressed("ArrowUp", {}, "SELECT"), null);
  assert.deepEqual(pressed("Escape", {}, "INPUT"), ["escape"]);
  assert.equal(pressed("x", { ctrlKey: true }), null);
});

test("a move stays on the map", () => {
  assert.equal(moved(2, [0, 1], map), 3);
  assert.equal(moved(4, [0, 1], map), 4);
  assert.equal(moved(3, [1, 0], map), 6);
  assert.equal(moved(6, [1, 0], map), 6);
});

test("prefix tokens lie above the map", () => {
  assert.equal(moved(3, [-1, 0], map), 1);
  assert.equal(moved(0, [1, 0], map), 2);
  assert.equal(moved(1, [0, 1], map), 2);
  assert.equal(moved(0, [0, -1], map), 0);
  assert.equal(moved(1, [-1, 0], { ...map, prefix: [] }), 1);
});
