// What follows from a choice in the lab: windows, opened pairs, weights, sentences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { number } from "../../../vitviz/web/shared/format.js";
import { counted, mapTitle, tableTitle } from "../../../vitviz/web/swin_shift/captions.js";
import { describe } from "../../../vitviz/web/swin_shift/description.js";
import { LabState } from "../../../vitviz/web/swin_shift/state.js";
import { even, padded, single } from "./windows.js";

/** @import { Attention, Setting } from "../../../vitviz/web/swin_shift/types.js" */
/** @import { Windows } from "../../../vitviz/web/swin_shift/geometry.js" */

/** Words that are their own keys, with their places behind. */
const words = new Proxy(/** @type {Record<string, string>} */ ({}), {
  get: (_, key) =>
    String(key) +
    ({
      meetsCount: " {meets}/{all}/{cut}",
      whyCut: " {rows} {columns}",
      reach: " {count} {size}",
      strangers: " {share}",
      naiveNote: " {n} {p} {m}",
      count: " {n}",
      sums: " {n}",
      maskOf: " {window} {mm}",
      patternOf: " {window} {head}",
      leakOf: " {window} {head}",
      rolledMap: " {s}",
    }[String(key)] ?? ""),
});

/**
 * @param {Windows} windows
 * @param {Partial<Setting>} [setting]
 * @param {Attention | null} [attention]
 */
function opened(windows, setting = {}, attention = null) {
  const { height, width, window } = windows.grid;
  const state = new LabState(windows);
  const whole = { block: "", height, width, window, shift: 3, chosen: 99, sequence: 0, ...setting };
  state.update(windows, { setting: whole, attention });
  return state;
}

/** @returns {Attention} two heads, each weight its own number */
function attention() {
  const masked = Float32Array.from({ length: 2 * 49 * 49 }, (_, i) => i);
  return { window: 3, shift: 3, heads: 2, masked, unmasked: masked.map((value) => 2 * value) };
}

test("what Python sends is brought down to the windows that there are", () => {
  const state = opened(even);
  assert.deepEqual([state.shift, state.chosen, state.kind], [3, 3, "shift"]);
  assert.deepEqual([opened(single).shift, opened(single).chosen, opened(single).kind], [0, 0, "one"]);
  assert.equal(opened(even, { shift: 0 }).kind, "zero");
});

test("an answer to an older change does not undo a newer one", () => {
  const state = opened(even, { sequence: 4 });
  state.sent = 6;
  state.chosen = 1;
  state.update(even, { setting: { ...even.grid, block: "", shift: 2, chosen: 0, sequence: 5 }, attention: null });
  assert.deepEqual([state.shift, state.chosen], [3, 1]);
  state.update(even, { setting: { ...even.grid, block: "", shift: 2, chosen: 0, sequence: 6 }, attention: null });
  assert.deepEqual([state.shift, state.chosen], [2, 0]);
});

test("a place of a smaller window drops a query that it does not have", () => {
  const state = opened(even);
  state.open(48, 3);
  state.update(padded, { setting: { ...padded.grid, block: "", shift: 1, chosen: 0, sequence: 1 }, attention: null });
  assert.deepEqual([state.query, state.key], [null, 3]);
});

test("a place is read off the map as it is drawn at that time", () => {
  const state = opened(even);
  assert.equal(Math.floor(state.slotAt([13, 13]) / 49), 3);
  state.seek(2); // displaced windows, the map still as in the picture
  assert.equal(even.shifts[3].tokens[state.slotAt([13, 13])], 13 * 14 + 13);
  state.seek(4); // rolled: (13, 13) of the map came from (2, 2)
  assert.equal(even.shifts[3].tokens[state.slotAt([13, 13])], 2 * 14 + 2);
});

test("the pointer chooses the query inside the chosen window only", () => {
  const state = opened(even);
  state.seek(5);
  assert.equal(state.query, 24);
  state.point([7, 8]);
  assert.equal(state.query, 1);
  state.point([0, 0]);
  assert.equal(state.query, 1);
  assert.equal(state.choose([0, 0]), true);
  assert.deepEqual([state.chosen, state.query, state.key], [0, 0, null]);
  assert.equal(state.choose([1, 1]), false);
  state.seek(0);
  assert.equal(state.choose([13, 13]), false, "regular windows have no mask");
});

test("arrow keys begin in the chosen window and stay on the map", () => {
  const state = opened(even);
  assert.deepEqual(state.moved([0, 1]), [7, 7]);
  state.point([13, 13]);
  assert.deepEqual(state.moved([1, 0]), [13, 13]);
  assert.deepEqual(state.moved([-1, 0]), [12, 13]);
});

test("a pattern is that of the head, on one scale with the mask and without", () => {
  const state = opened(even, {}, attention());
  state.head = 1;
  assert.equal(state.pattern()?.first, 49 * 49);
  assert.equal(state.pattern()?.high, 2 * (2 * 49 * 49 - 1));
  state.withMask = false;
  assert.equal(state.pattern()?.high, 2 * (2 * 49 * 49 - 1));
  assert.equal(state.pattern()?.values[1], 2);
  state.chosen = 2;
  assert.equal(state.pattern(), null);
});

test("the sentences of places, pairs and weights", () => {
  const state = opened(even, {}, attention());
  assert.deepEqual(describe(state, words, "none", -100), ["tryRegular"]);
  state.seek(2);
  state.point([0, 0]);
  assert.deepEqual(describe(state, words, "none", -100), ["patch (0, 0): windowNoun 3, region 8, reach 9 3 x 3"]);
  state.seek(5);
  state.open(24, 20);
  const [query, key, why] = describe(state, words, "none", -100);
  assert.equal(query, "q 24 = patch (13, 13), region 4");
  assert.equal(key, "k 20 = patch (12, 2), region 5");
  assert.equal(why, "mask[3, 24, 20] = \u2212100: whyCut 1 11");
  state.open(24, 0);
  assert.equal(describe(state, words, "none", -100)[2], "mask[3, 24, 0] = 0: whyMeets");
  state.key = null;
  assert.equal(describe(state, words, "none", -100)[1], "meetsCount 16/49/33");
  state.seek(6);
  const strangers = Array.from({ length: 49 }, (_, j) => j)
    .filter((j) => even.shifts[3].cut(3, 24, j))
    .reduce((sum, j) => sum + 24 * 49 + j, 0);
  assert.equal(describe(state, words, "none", -100)[1], `strangers ${number(strangers)}`);
  state.attention = null;
  assert.equal(describe(state, words, "none", -100)[1], "none");
});

test("padding is named, and is why a pair is cut", () => {
  const state = opened(padded, { shift: 2 });
  state.seek(5);
  const shift = padded.shifts[2];
  const first = state.chosen * padded.size;
  const places = Array.from({ length: padded.size }, (_, place) => place);
  const padding = places.find((place) => shift.tokens[first + place] < 0);
  const cut = places.find((place) => padding !== undefined && shift.cut(state.chosen, padding, place));
  assert.ok(padding !== undefined && cut !== undefined);
  state.open(padding, cut);
  assert.ok(describe(state, words, "", -100)[0].startsWith(`q ${padding} = padding`));
  assert.ok(describe(state, words, "", -100)[2].endsWith("whyPadding"));
});

test("titles and counts of windows", () => {
  const state = opened(even);
  assert.equal(mapTitle(state, words), "pictureMap \u00b7 14 x 14");
  assert.equal(counted(state, words).title, "count 4");
  state.seek(2);
  assert.deepEqual(counted(state, words), { title: "count 9", note: "naiveNote 4 9 7", sizes: even.shifts[3].sizes });
  state.seek(3);
  assert.deepEqual(counted(state, words), { title: "sums 4", note: "", sizes: null });
  assert.equal(mapTitle(state, words), "rolledMap 3 \u00b7 14 x 14");
  state.seek(5);
  assert.equal(tableTitle(state, words), "maskOf 3 49");
  state.seek(6);
  assert.equal(tableTitle(state, words), "patternOf 3 0");
  state.withMask = false;
  assert.equal(tableTitle(state, words), "leakOf 3 0");
  assert.equal(mapTitle(opened(padded), words), "pictureMap \u00b7 9 x 11 \u2192 12 x 12 padded");
});
