import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection } from "../../../vitviz/web/explorer/selection.js";
import { DEFAULTS } from "./defaults.js";

const vit = { heads: 2, rows: 2, columns: 3, prefix: ["cls"] };
const VIT = { layers: [vit, vit], aggregates: /** @type {const} */ (["mean"]), defaults: DEFAULTS, paired: false };
const stage = (/** @type {number} */ side) => ({ heads: 2, rows: side, columns: side, prefix: [] });
const SWIN = { ...VIT, layers: [stage(8), stage(4), stage(2)] };

test("a token that passes is the current one, until one is pinned", () => {
  const selection = new Selection(VIT, { ...DEFAULTS });
  assert.equal(selection.pass(3), true);
  assert.equal(selection.pass(3), false);
  assert.equal(selection.state.token, 3);
  selection.change({ pinned: true });
  assert.equal(selection.pass(5), true);
  assert.deepEqual([selection.state.token, selection.other], [3, 5]);
  assert.equal(selection.leave(), true);
  assert.equal(selection.other, null);
});

test("a pair is query and key, whichever of them the cursor belongs to", () => {
  const selection = new Selection(VIT, { ...DEFAULTS });
  selection.passPair(2, 4);
  assert.deepEqual([selection.state.token, selection.other], [2, 4]);
  selection.change({ direction: "column" });
  selection.passPair(2, 4);
  assert.deepEqual([selection.state.token, selection.other], [4, 2]);
  assert.deepEqual(selection.subjectFirst(2, 4), [4, 2]);
});

test("an opened weight stays while the pointer is elsewhere, and goes along to another stage", () => {
  const selection = new Selection(SWIN, { ...DEFAULTS });
  selection.open(9, 0); // (1, 1) and (0, 0) of 8 x 8
  assert.equal(selection.state.pinned, true);
  selection.pass(20);
  selection.leave();
  assert.equal(selection.other, 0);
  selection.change({ layer: 1 });
  assert.deepEqual([selection.state.token, selection.opened, selection.other], [0, 0, 0]);
  selection.close();
  selection.leave();
  assert.equal(selection.other, null);
});

test("the way back to a finer stage finds the token where it was chosen", () => {
  const selection = new Selection(SWIN, { ...DEFAULTS, token: 9 });
  selection.change({ layer: 2 });
  assert.equal(selection.state.token, 0);
  selection.change({ layer: 0 });
  assert.equal(selection.state.token, 9);
  selection.change({ layer: 2 });
  selection.change({ token: 3 }); // another one: the way back begins there
  selection.change({ layer: 1 });
  assert.equal(selection.state.token, 15); // (3, 3) of 4 x 4
});

test("a second picture shows the first one's head until another is chosen for it", () => {
  const second = { layer: 0, head: 0 };
  const selection = new Selection({ ...VIT, paired: true }, { ...DEFAULTS, second });
  selection.change({ head: 1 });
  assert.deepEqual(selection.state.second, { layer: 0, head: 1 });
  selection.change({ second: { layer: 1, head: 0 } });
  selection.change({ head: 0 });
  assert.deepEqual(selection.state.second, { layer: 1, head: 0 });
  const alone = new Selection(VIT, { ...DEFAULTS, second });
  alone.change({ head: 1 });
  assert.deepEqual(alone.state.second, second);
});

test("heads and means follow each other around", () => {
  const selection = new Selection(VIT, { ...DEFAULTS, head: 1 });
  assert.equal(selection.headAfter(1), "mean");
  assert.equal(selection.headAfter(2), 0);
  assert.equal(selection.headAfter(-2), "mean");
});

test("a hint goes with the next choice, and everything with another picture", () => {
  const selection = new Selection(VIT, { ...DEFAULTS });
  selection.hint = "choose one head";
  selection.change({ head: 1 });
  assert.equal(selection.hint, "");
  selection.open(1, 2);
  selection.restart(VIT, { ...DEFAULTS, token: 5 });
  assert.deepEqual([selection.state.token, selection.opened, selection.other], [5, null, null]);
});
