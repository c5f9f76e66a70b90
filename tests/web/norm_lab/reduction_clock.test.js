import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { ReductionClock } from "../../../vitviz/app/topics/norm_lab/reduction_clock.js";

/** @type {Map<number, (now: number) => void>} the frames that were asked for */
const frames = new Map();
let count = 0;
const { requestAnimationFrame, cancelAnimationFrame } = globalThis;

beforeEach(() => {
  frames.clear();
  globalThis.requestAnimationFrame = (callback) => {
    frames.set(++count, callback);
    return count;
  };
  globalThis.cancelAnimationFrame = (frame) => void frames.delete(frame);
});
afterEach(() => Object.assign(globalThis, { requestAnimationFrame, cancelAnimationFrame }));

/** Let the frame that was asked for happen. */
function frameAt(/** @type {number} */ now) {
  const [[frame, callback]] = frames;
  frames.delete(frame);
  callback(now);
}

function clockOf(/** @type {number} */ length, time = 0) {
  /** @type {(number | boolean)[]} */
  const calls = [];
  const clock = new ReductionClock(
    (at) => calls.push(at),
    (playing) => calls.push(playing),
  );
  Object.assign(clock, { length, time });
  return { clock, calls };
}

test("a time stays between the beginning and the end", () => {
  const { clock, calls } = clockOf(4);
  clock.seek(9);
  clock.seek(-1);
  assert.deepEqual(calls, [4, 0]);
  assert.equal(clock.current, -1);
});

test("a step goes to the next end of a step, from wherever the time is", () => {
  const { clock } = clockOf(4, 1.5);
  clock.step(1);
  assert.equal(clock.time, 2);
  clock.seek(1.5);
  clock.step(-1);
  assert.equal(clock.time, 1);
  assert.equal(clock.current, 0);
});

test("playing begins anew at the end, runs with the seconds and stops at the end", () => {
  const { clock, calls } = clockOf(2, 2);
  clock.play(false);
  assert.equal(clock.playing, true);
  frameAt(1000);
  assert.equal(clock.time, 0);
  frameAt(1550);
  assert.ok(Math.abs(clock.time - 0.5) < 1e-9);
  frameAt(9000);
  assert.equal(clock.time, 2);
  assert.equal(clock.playing, false);
  assert.deepEqual([calls[0], calls.at(-1)], [true, false]);
});

test("without motion the time is always a whole step", () => {
  const { clock } = clockOf(3);
  clock.play(true);
  frameAt(0);
  frameAt(1600);
  assert.equal(clock.time, 1);
});

test("a pause takes back the frame that was asked for", () => {
  const { clock } = clockOf(3);
  clock.play(false);
  clock.pause();
  assert.equal(frames.size, 0);
});
