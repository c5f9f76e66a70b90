// Plays the line of time from frame to frame: moves for a while, then rests so that the frame can be read.
import { LAST_FRAME } from "./timeline.js";

/**
 * What a player needs of the window, so that a test can give it a clock of its own.
 * @typedef {{
 *   requestAnimationFrame: (callback: (now: number) => void) => number,
 *   cancelAnimationFrame: (handle: number) => void,
 *   performance: { now: () => number },
 * }} Clock
 */

export class Player {
  /**
   * @param {Clock} clock
   * @param {(t: number) => void} onTime is called with every new time
   * @param {{ move?: number, rest?: number }} [durations] milliseconds between two frames, and at one
   */
  constructor(clock, onTime, { move = 1300, rest = 2400 } = {}) {
    this.clock = clock;
    this.onTime = onTime;
    this.move = move;
    this.rest = rest;
    this.playing = false;
    this.tick = 0;
    this.t = 0;
    this.from = 0;
    this.moving = move;
    this.skip = 0;
    /** @type {number | null} */
    this.begun = null;
    /** @type {number | null} where a glide ends */
    this.target = null;
  }

  /**
   * Begin at `t`; `still` (a person who wants no motion) jumps from frame to frame.
   * @param {number} t
   * @param {boolean} still
   */
  start(t, still) {
    this.stop();
    this.playing = true;
    this.from = t >= LAST_FRAME ? 0 : Math.floor(t + 1e-6);
    this.t = t >= LAST_FRAME ? 0 : t;
    this.moving = still ? 0.001 : this.move;
    this.begun = null;
    this.skip = this.rest + (this.t - this.from) * this.moving; // begins to move at once
    this.tick = this.clock.requestAnimationFrame((now) => this.step(now));
  }

  /**
   * Go from `t` to `end` and stop there; `still` is there at once.
   * @param {number} t
   * @param {number} end
   * @param {boolean} still
   */
  glide(t, end, still) {
    this.stop();
    if (still) {
      this.onTime(end);
      return;
    }
    const begun = this.clock.performance.now();
    const time = this.move * Math.min(1, Math.abs(end - t));
    this.target = end;
    /** @param {number} now */
    const next = (now) => {
      const part = time ? Math.min(1, Math.max(0, (now - begun) / time)) : 1;
      if (part < 1) this.tick = this.clock.requestAnimationFrame(next);
      else this.stop();
      this.onTime(t + (end - t) * part);
    };
    this.tick = this.clock.requestAnimationFrame(next);
  }

  /** @param {number} now */
  step(now) {
    if (!this.playing) return;
    this.begun ??= now - this.skip;
    const since = now - this.begun;
    const whole = this.rest + this.moving;
    const frame = this.from + Math.floor(since / whole);
    const part = Math.max(0, ((since % whole) - this.rest) / this.moving);
    this.t = Math.min(LAST_FRAME, frame + part);
    if (this.t >= LAST_FRAME) this.playing = false;
    this.onTime(this.t);
    if (this.playing) this.tick = this.clock.requestAnimationFrame((next) => this.step(next));
  }

  stop() {
    this.playing = false;
    this.target = null;
    if (this.tick) this.clock.cancelAnimationFrame(this.tick);
    this.tick = 0;
  }
}
