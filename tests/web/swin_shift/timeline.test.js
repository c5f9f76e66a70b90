// The line of time: what every frame shows, and the player on a clock of the test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Player } from "../../../vitviz/web/swin_shift/player.js";
import * as timeline from "../../../vitviz/web/swin_shift/timeline.js";

test("the eight frames, one by one", () => {
  const at = Array.from({ length: 8 }, (_, t) => ({
    rolled: timeline.rolled(t),
    displaced: timeline.displaced(t),
    labelled: timeline.labelled(t),
    mask: timeline.maskShown(t),
    weights: timeline.weightsShown(t),
    framed: timeline.windowFramed(t),
    pair: timeline.pairShown(t),
  }));
  assert.deepEqual(
    at.map((frame) => frame.rolled),
    [0, 0, 0, 1, 1, 1, 1, 0],
  );
  assert.deepEqual(
    at.map((frame) => frame.displaced),
    [0, 0, 1, 0, 0, 0, 0, 1],
  );
  assert.deepEqual(
    at.map((frame) => frame.labelled),
    ["window", "none", "size", "region", "region", "region", "region", "region"],
  );
  assert.deepEqual(
    at.map((frame) => [frame.mask, frame.weights, frame.framed, frame.pair].map(Number).join("")),
    ["0000", "0001", "0001", "0001", "1010", "1010", "1110", "1001"],
  );
});

test("everything that fades is between 0 and 1, and jumps nowhere", () => {
  for (const fade of [timeline.rolled, timeline.displaced, timeline.tinted, timeline.veiled, timeline.weighed]) {
    for (let t = 0; t < timeline.LAST_FRAME; t += 0.01) {
      assert.ok(fade(t) >= -1e-9 && fade(t) <= 1 + 1e-9);
      assert.ok(Math.abs(fade(t + 0.01) - fade(t)) < 0.05);
    }
  }
});

function clock() {
  /** @type {Map<number, (now: number) => void>} */
  const waiting = new Map();
  let [now, handle] = [1000, 0];
  return {
    requestAnimationFrame: (/** @type {(now: number) => void} */ callback) => {
      handle += 1;
      waiting.set(handle, callback);
      return handle;
    },
    cancelAnimationFrame: (/** @type {number} */ which) => void waiting.delete(which),
    performance: { now: () => now },
    waiting,
    /** @param {number} milliseconds */
    pass(milliseconds) {
      now += milliseconds;
      const due = [...waiting.values()];
      waiting.clear();
      for (const callback of due) callback(now);
    },
  };
}

function player() {
  const time = clock();
  /** @type {number[]} */
  const times = [];
  return { time, times, player: new Player(time, (t) => times.push(t), { move: 100, rest: 200 }) };
}

test("it moves at once, rests at a frame, moves on and ends at the last", () => {
  const { time, times, player: playing } = player();
  playing.start(0.5, false);
  time.pass(0);
  assert.equal(times.at(-1), 0.5);
  time.pass(25);
  assert.equal(times.at(-1), 0.75);
  time.pass(125);
  assert.equal(times.at(-1), 1, "it rests");
  time.pass(100 + 50);
  assert.equal(times.at(-1), 1.5);
  time.pass(10_000);
  assert.equal(times.at(-1), timeline.LAST_FRAME);
  assert.equal(playing.playing, false);
  assert.equal(time.waiting.size, 0);
});

test("from the last frame it plays from the first", () => {
  const { time, times, player: playing } = player();
  playing.start(timeline.LAST_FRAME, false);
  time.pass(0);
  assert.equal(times.at(-1), 0);
});

test("a glide ends where it was sent, and a new one begins there", () => {
  const { time, times, player: playing } = player();
  playing.glide(1, 2, false);
  assert.equal(playing.target, 2);
  time.pass(40);
  assert.equal(times.at(-1), 1.4);
  time.pass(70);
  assert.equal(times.at(-1), 2);
  assert.equal(playing.target, null);
  assert.equal(time.waiting.size, 0);
});

test("without motion it is there at once, and stopping cancels what waits", () => {
  const { time, times, player: playing } = player();
  playing.glide(3, 4, true);
  assert.deepEqual(times, [4]);
  playing.start(0, false);
  playing.stop();
  assert.equal(time.waiting.size, 0);
});
