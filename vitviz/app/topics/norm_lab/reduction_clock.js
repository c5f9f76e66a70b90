// The time of a reduction in steps: played, stopped, set. Knows no elements.

const SECONDS_A_STEP = 1.1;

export class ReductionClock {
  /**
   * @param {(time: number) => void} onTime is called with every new time
   * @param {(playing: boolean) => void} onPlaying is called when playing begins or ends
   */
  constructor(onTime, onPlaying) {
    this.onTime = onTime;
    this.onPlaying = onPlaying;
    this.length = 0;
    this.time = 0;
    this.frame = 0;
  }

  get playing() {
    return this.frame !== 0;
  }

  /** The step that is on its way or was made last, -1 at the beginning. */
  get current() {
    return Math.ceil(this.time) - 1;
  }

  /** @param {number} time */
  seek(time) {
    this.time = Math.min(this.length, Math.max(0, time));
    this.onTime(this.time);
  }

  /**
   * Stop, and go to the end of the next step or of the one before.
   * @param {number} by -1 or 1
   */
  step(by) {
    this.pause();
    this.seek(by > 0 ? Math.floor(this.time) + 1 : Math.ceil(this.time) - 1);
  }

  /**
   * Play on, from the beginning where the end is reached.
   * @param {boolean} inJumps whole steps only, for a person who wants no motion
   */
  play(inJumps) {
    /** @type {number | null} */
    let last = null;
    let time = this.time >= this.length ? 0 : this.time;
    const next = (/** @type {number} */ now) => {
      time += last === null ? 0 : (now - last) / 1000 / SECONDS_A_STEP;
      last = now;
      this.seek(inJumps ? Math.floor(time) : time);
      if (time >= this.length) this.pause();
      else this.frame = requestAnimationFrame(next);
    };
    this.frame = requestAnimationFrame(next);
    this.onPlaying(true);
  }

  pause() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.onPlaying(false);
  }
}
