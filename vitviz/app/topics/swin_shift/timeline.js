// The eight frames on one line from 0 to 7, and how far every part of the drawing is at any time between them.

export const FRAMES = ["regular", "border", "displaced", "roll", "regions", "mask", "attention", "back"];
export const LAST_FRAME = FRAMES.length - 1;

const between = (t, from, to) => Math.min(1, Math.max(0, (t - from) / (to - from)));
const smooth = (x) => x * x * (3 - 2 * x);

/** How far the map is rolled: 0 as in the picture, 1 after the cyclic shift. */
export function rolled(t) {
  return smooth(between(t, 2, 3)) - smooth(between(t, 6, 7));
}

/** How far the window borders stand from where regular windows have them, in parts of the shift. */
export function displaced(t) {
  return smooth(between(t, 1, 2)) - rolled(t);
}

/** How strongly the regions are tinted. */
export function tinted(t) {
  return 0.42 * (between(t, 1.4, 2) - between(t, 5.3, 5.8) + 0.8 * between(t, 6.3, 7));
}

/** How strongly everything outside the chosen window is covered. */
export function veiled(t) {
  return 0.62 * (between(t, 4.5, 5) - between(t, 6.2, 6.6));
}

/** Whether the window that the mask belongs to is framed: from the regions on, until they roll back. */
export const windowFramed = (t) => t > 3.5 && t < 6.4;

/** How strongly the attention weights are drawn. */
export function weighed(t) {
  return between(t, 5.5, 6) - between(t, 6.2, 6.6);
}

/** Whether the two neighbours are marked. */
export function pairShown(t) {
  return (t > 0.4 && t < 3.6) || t > 6.5;
}

/** What is written on the pieces. */
export function labelled(t) {
  if (t < 0.4) return "window";
  if (t < 1.5) return "none";
  return t < 2.5 ? "size" : "region";
}

/** Whether windows are still the regular ones of the block before. */
export const isRegular = (t) => t < 1.5;

/** Whether places are read off the shifted map. */
export const isRolled = (t) => rolled(t) > 0.5;

/** Whether the mask is to be seen. */
export const maskShown = (t) => t > 3.5;

/** Whether the mask's place shows attention weights. */
export const weightsShown = (t) => t > 5.5 && t < 6.6;

/** Plays from frame to frame: moves for a while, then rests so that the frame can be read. */
export class Player {
  constructor(host, tell, { move = 1300, rest = 2400 } = {}) {
    Object.assign(this, { host, tell, move, rest });
    this.playing = false;
  }

  /** Begin at `t`; `still` (a person who wants no motion) jumps from frame to frame. */
  start(t, still) {
    this.stop();
    this.playing = true;
    this.from = t >= LAST_FRAME ? 0 : Math.floor(t + 1e-6);
    this.t = t >= LAST_FRAME ? 0 : t;
    this.moving = still ? 0.001 : this.move;
    this.begun = null;
    this.skip = this.rest + (this.t - this.from) * this.moving; // begins to move at once
    this.tick = this.host.requestAnimationFrame((now) => this.step(now));
  }

  /** Go from `t` to `end` and stop there; `still` is there at once. */
  glide(t, end, still) {
    this.stop();
    if (still) {
      this.tell(end);
      return;
    }
    const begun = this.host.performance.now();
    const time = this.move * Math.min(1, Math.abs(end - t));
    const next = (now) => {
      const part = Math.min(1, Math.max(0, (now - begun) / time));
      this.tick = part < 1 ? this.host.requestAnimationFrame(next) : 0;
      this.tell(t + (end - t) * part);
    };
    this.target = end;
    this.tick = this.host.requestAnimationFrame(next);
  }

  step(now) {
    if (!this.playing) return;
    this.begun ??= now - this.skip;
    const since = now - this.begun;
    const whole = this.rest + this.moving;
    const frame = this.from + Math.floor(since / whole);
    const inside = (since % whole) - this.rest;
    const part = Math.max(0, inside / this.moving);
    this.t = Math.min(LAST_FRAME, frame + part);
    if (this.t >= LAST_FRAME) this.playing = false;
    this.tell(this.t);
    if (this.playing) this.tick = this.host.requestAnimationFrame((next) => this.step(next));
  }

  stop() {
    this.playing = false;
    if (this.tick) this.host.cancelAnimationFrame(this.tick);
    this.tick = 0;
  }
}
