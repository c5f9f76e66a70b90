import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { carriedBySkips } from "../../../vitviz/app/topics/segmentation/carried.js";
import { chosenClass } from "../../../vitviz/app/topics/segmentation/chosen_class.js";
import { between, landingAt, partColour, placesOf } from "../../../vitviz/app/topics/segmentation/motion.js";
import {
  CLASS_COLOURS,
  largest,
  OVERLAP_COLOURS,
  ofComponents,
  ofErrors,
  ofMask,
  ofOverlap,
  ofShares,
  ofValues,
  rgb,
} from "../../../vitviz/app/topics/segmentation/pixels.js";
import { cellOf, middleOf, moved, placeAt } from "../../../vitviz/app/topics/segmentation/place.js";
import { settingOf, settingWords, switchesOf } from "../../../vitviz/app/topics/segmentation/switches.js";
import { gridPlace, kindWord, nodeAfterKey, skipArrows } from "../../../vitviz/app/topics/segmentation/u_layout.js";
import { borders, placesOfTokens, rolled, weightsOf } from "../../../vitviz/app/topics/segmentation/window_places.js";

/** @param {string} name */
const fixture = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
/** @param {Uint8ClampedArray} pixels @param {number} at */
const pixel = (pixels, at) => Array.from(pixels.subarray(4 * at, 4 * at + 4));

test("every number lands where Python says", () => {
  for (const { columns, factor, channels, destinations, landings } of fixture("landings.json")) {
    const parts = factor * factor;
    for (let token = 0; token < destinations.length / parts; token++) {
      for (const [part, [row, column]] of placesOf({ columns, factor }, token).entries()) {
        assert.equal(row * columns * factor + column, destinations[token * parts + part]);
        for (let channel = 0; channel < channels; channel++) {
          const landing = landingAt({ columns, factor }, [row, column], channel, channels);
          assert.deepEqual({ token, part, index: part * channels + channel, to: [row, column] }, landing);
          const [, down, across, there] = landings[landing.index];
          assert.deepEqual([row % factor, column % factor, channel], [down, across, there]);
        }
      }
    }
  }
});

test("a token's weights go to its window, and the mask's tokens are cut", () => {
  const { tokens, regions, window, allowed } = fixture("windows.json");
  const places = placesOfTokens(tokens, 16, 64);
  const pattern = Float32Array.from({ length: 4 * 2 * 256 }, (_, i) => i);
  for (let token = 0; token < 64; token++) {
    const found = weightsOf({ tokens, regions, pattern, heads: 2, window }, places, token, 1);
    const kinds = found.map((each) => (each ? (each.cut ? 2 : 1) : 0));
    assert.deepEqual(kinds, allowed.slice(64 * token, 64 * token + 64));
    const own = places.windows[token];
    const first = ((own * 2 + 1) * 16 + places.inside[token]) * 16;
    const weights = found.flatMap((each) => (each ? [each.weight] : [])).sort((a, b) => a - b);
    assert.deepEqual(
      weights,
      Array.from({ length: 16 }, (_, i) => first + i),
    );
  }
  const lines = borders(places, regions, 16, 8, 8).split("M").length - 1;
  assert.equal(lines, 2 * 8 * 2); // shifted windows are cut after rows and columns 2 and 6
});

test("colours are those of classes, of their mixture, of errors and overlaps", () => {
  assert.deepEqual(pixel(ofMask([3]), 0), [...rgb(CLASS_COLOURS[3]), 255]);
  assert.equal(pixel(ofMask([3, 2], 3), 1)[3], 40);
  assert.deepEqual(pixel(ofShares([0, 0, 1, 0, 0, 0, 0]), 0), [...rgb(CLASS_COLOURS[2]), 255]);
  const mixed = pixel(ofShares([0, 1, 1, -5, 0, 0, 0]), 0);
  const [one, other] = [rgb(CLASS_COLOURS[1]), rgb(CLASS_COLOURS[2])];
  const halves = Uint8ClampedArray.from(one, (value, c) => (value + other[c]) / 2);
  assert.deepEqual(mixed.slice(0, 3), Array.from(halves));
  const picture = new Uint8Array(12).fill(200);
  const errors = ofErrors(picture, [1, 0], [1, 1]);
  assert.notDeepEqual(pixel(errors, 0), pixel(errors, 1));
  const overlap = ofOverlap(picture, [1, 1, 0, 0], [1, 0, 1, 0], 1);
  for (const [at, colour] of OVERLAP_COLOURS.entries()) assert.deepEqual(pixel(overlap, at), [...rgb(colour), 255]);
  assert.deepEqual(pixel(ofComponents([-1, 0, 5, 1, 0, 5]), 1), [255, 0, 0, 255]);
  const table = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
  assert.deepEqual(pixel(ofValues([0, 2], table, false), 1), [255, 255, 255, 255]);
  assert.deepEqual(pixel(ofValues([-2, 2], table, true), 0), [0, 0, 0, 255]);
  assert.equal(largest([-3, 2]), 3);
});

test("a place is a cell of any map, and arrows stay inside", () => {
  const place = placeAt({ clientX: 30, clientY: 15 }, { left: 10, top: 10, width: 20, height: 20 });
  assert.deepEqual(place, { y: 0.25, x: 1 });
  assert.deepEqual(cellOf(place, 24, 24), [6, 23]);
  assert.deepEqual(cellOf(middleOf(2, 1, 3, 3), 3, 3), [2, 1]);
  assert.deepEqual(cellOf(moved(middleOf(2, 1, 3, 3), [1, -1], 3, 3), 3, 3), [2, 0]);
});

test("switches find their setting and its words", () => {
  const settings = [0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 1, 1, 0, 1, 2];
  assert.deepEqual(switchesOf(settings, 2, 3), [0, 2, 0]);
  assert.equal(settingOf(settings, [1, 1, 1]), 3);
  assert.equal(settingOf(settings, [2, 2, 2]), null);
  const words = [0, 1, 2, 3, 4].map((number) => settingWords(switchesOf(settings, number, 3)));
  assert.deepEqual(
    words.map(({ key }) => key),
    ["untouched", "one_off", "one_other", "all_off", "several"],
  );
  assert.equal(words[2].skip, 1);
});

test("maps of the U stand in rows of one size, and skips lead across", () => {
  const at = { rows: 6, columns: 6, channels: 96 };
  assert.deepEqual(gridPlace({ kind: "joined", stage: 2 }), { row: 4, column: 5 });
  assert.equal(gridPlace({ kind: "pixels", stage: -1 }).row, 1);
  assert.equal(kindWord({ kind: "skip", stage: 0 }), "patches");
  assert.equal(kindWord({ kind: "skip", stage: 2 }), "merged");
  assert.equal(kindWord({ kind: "up", stage: 2 }), "up");
  const nodes = [
    { kind: "up", stage: 2, skip: "", ...at },
    { kind: "joined", stage: 2, skip: "skip.2", ...at },
  ];
  assert.deepEqual(skipArrows(nodes), [
    { row: 4, column: 3, from: 1, to: 5, skip: "skip.2", size: "6\u00d76\u00d796" },
  ]);
  assert.equal(nodeAfterKey("]", 4, 5), 0);
  assert.equal(nodeAfterKey("[", 0, 5), 4);
  assert.equal(nodeAfterKey("x", 0, 5), null);
});

test("a part's box goes straight to its place, and parts have colours of their own", () => {
  const box = (/** @type {number} */ v) => ({ left: v, top: v, width: v, height: v });
  assert.deepEqual(between(box(0), box(10), 0.3), box(3));
  const colours = Array.from({ length: 16 }, (_, part) => partColour(part, 4));
  assert.equal(new Set(colours).size, 16);
});

test("until a class is chosen it is the thing with most pixels", () => {
  const overlaps = Float64Array.of(0, 900, 0, 20, 0, 70); // (3, 2), the second is the union
  assert.equal(chosenClass("-1", overlaps, 2, 1), 2);
  assert.equal(chosenClass("0", overlaps, 2, 1), 0);
  assert.equal(chosenClass("9", overlaps, 2, 1), 2);
});

test("what is lost without a skip says what it carried", () => {
  const settings = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
  const figures = [0.8, 0.7, 0.8, 0.9, 0.6, 0.7, 0.6, 0.8, 0.3, 0.7, 0.5, 0.2, 0.8, 0.7, 0.79, 0.91];
  const found = carriedBySkips(settings, 3, figures);
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["outline", "named", "little"],
  );
  assert.ok(Math.abs(found[1].named + 0.7) < 1e-9);
  figures[7] = 0.71;
  assert.equal(carriedBySkips(settings, 3, figures)[0].kind, "alike");
  figures[7] = figures[3] = NaN; // no pixel where both have a thing
  assert.equal(carriedBySkips(settings, 3, figures)[0].kind, "little");
});

test("after the roll every window is a square, and the mask cuts inside of the last ones", () => {
  const { tokens, regions, window } = fixture("windows.json");
  const { rows, columns, tokens: cells, lines } = rolled(tokens, regions, window, 2);
  assert.deepEqual([rows, columns], [8, 8]);
  for (let at = 0; at < 64; at++) {
    const [row, column] = [(Math.floor(at / 8) + 2) % 8, ((at % 8) + 2) % 8];
    assert.equal(cells[at], 8 * row + column); // rolled up and left by 2
  }
  assert.ok(lines.includes("M4 0v1") && lines.includes("M6 0v1") && !lines.includes("M2 0v1"));
});
