import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { NewestWins } from "../../../vitviz/web/scene/newest_wins.js";
import { added, drawnOrder, mirrored, placed, removed, sized } from "../../../vitviz/web/scene/scene_state.js";
import { sceneText } from "../../../vitviz/web/scene/scene_text.js";
import { Echo } from "../../../vitviz/web/shared/echo.js";

/** @typedef {import("../../../vitviz/web/scene/types.d.ts").Scene} Scene */
/** @type {{ scene: Scene, text: string }[]} */
const known = JSON.parse(readFileSync(new URL("texts.json", import.meta.url), "utf8"));
const scene = known[3].scene;

test("a scene's text is Python's", () => {
  for (const { scene, text } of known) assert.equal(sceneText(scene), text);
});

test("a moved thing stays in the picture and on the grid of places", () => {
  const there = placed(scene, 0, 1.7, 0.33333).things[0];
  assert.equal(there.x, 1);
  assert.equal(there.y * 4096, Math.round(0.33333 * 4096));
  assert.deepEqual(placed(scene, 0, 0.2, 0.3).things.slice(1), scene.things.slice(1));
  assert.notEqual(scene.things[0].x, 1); // the scene that was there is as it was
});

test("sizes have an end, mirroring twice is nothing, removing takes one", () => {
  assert.equal(sized(scene, 0, 100).things[0].size, Math.round(0.4 * 4096) / 4096);
  assert.equal(sized(scene, 0, 0.001).things[0].size, Math.round(0.06 * 4096) / 4096);
  assert.deepEqual(mirrored(mirrored(scene, 0), 0), scene);
  assert.deepEqual(removed(scene, 0).things, scene.things.slice(1));
});

test("a new thing stands where there is most room", () => {
  const one = added({ seed: 1, things: [] }, "fish", 0.25);
  assert.deepEqual(
    { ...one.things[0], size: 0 },
    { kind: "fish", x: 819 / 4096, y: 819 / 4096, size: 0, angle: 0, mirrored: true, seed: 1 << 28 },
  );
  const two = added(one, "car", 0.75).things[1];
  assert.ok(two.x > 0.7 && two.y > 0.7);
  assert.match(sceneText(added(one, "car", 0.999999)), /^c00000[0-9a-z]F[0-9a-z]{18}c[0-9a-z]{18}$/);
});

test("what reaches further down is drawn later", () => {
  assert.deepEqual(drawnOrder([0, 0, 1, 0.9, 0, 0, 1, 0.2, 0, 0, 1, 0.5]), [1, 2, 0]);
});

test("of all that is wanted while a question is open, the newest is asked next", async () => {
  /** @type {string[]} */
  const asked = [];
  /** @type {string[]} */
  const arrived = [];
  /** @type {(() => void)[]} */
  const answers = [];
  const ask = (/** @type {string} */ path) => {
    asked.push(path);
    return new Promise((done, fail) => answers.push(() => (path === "c" ? fail(new Error("c")) : done(path))));
  };
  let failed = 0;
  const newest = new NewestWins(
    ask,
    (answer) => arrived.push(answer),
    () => failed++,
  );
  for (const path of ["a", "b", "c"]) newest.ask(path);
  assert.deepEqual(asked, ["a"]);
  answers[0]();
  await new Promise(setImmediate);
  assert.deepEqual([asked, arrived], [["a", "c"], ["a"]]);
  answers[1]();
  await new Promise(setImmediate);
  assert.equal(failed, 1);
  newest.ask("d"); // a failure ends nothing
  newest.close();
  answers[2]();
  await new Promise(setImmediate);
  assert.deepEqual([asked.length, arrived], [3, ["a"]]);
});

test("what was sent is no news, even where it comes late", () => {
  const echo = new Echo();
  for (const text of ["a", "b", "c"]) echo.sent(text);
  assert.equal(echo.last, "c");
  assert.deepEqual(
    [echo.isNews("b"), echo.isNews("a"), echo.isNews("c"), echo.isNews("c")],
    [false, true, false, true],
  );
});
