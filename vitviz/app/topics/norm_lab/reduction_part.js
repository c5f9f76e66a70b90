// A row of numbers on its way to one sum: threads, warps, blocks, step by step. Draws what Python simulated.
import { make } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { ReductionClock } from "./reduction_clock.js";
import { ReductionControls } from "./reduction_controls.js";
import { ReductionDrawing } from "./reduction_drawing.js";
import { cellWords } from "./reduction_words.js";

/** @import { ReductionData } from "./reduction_drawing.js" */
/** @import { Mode } from "./reduction_words.js" */

class Reduction {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.root = element.appendChild(make("div", "vr"));
    /** @type {Mode} */
    this.mode = "sum";
    /** @type {ReductionData | null} */
    this.data = null;
    /** @type {ReductionDrawing | null} */
    this.drawing = null;
    /** @type {[step: number, thread: number]} the marked cell */
    this.at = [0, 0];
    this.width = 0;
    this.controls = new ReductionControls(this.root, {
      toggle: () => this.toggle(),
      step: (by) => this.step(by),
      seek: (time) => {
        this.clock.pause();
        this.clock.seek(time);
      },
      mode: (mode) => {
        this.mode = mode;
        this.draw();
      },
    });
    this.clock = new ReductionClock(
      (time) => this.showTime(time),
      (playing) => this.controls.showPlaying(playing),
    );
    this.controls.scroll.addEventListener("keydown", (event) => this.onKey(event));
    this.lifetime = new Lifetime();
    this.lifetime.resized(this.root, () => {
      if (this.width !== this.root.clientWidth) this.draw();
    });
    this.lifetime.atEnd(() => this.clock.pause());
  }

  /** @param {ReductionData} data */
  update(data) {
    const { steps } = data;
    const another = JSON.stringify(data.layout) !== JSON.stringify(this.data?.layout);
    this.data = data;
    this.clock.length = steps.length;
    this.controls.write(data.words, steps.length);
    if (another) {
      this.clock.pause();
      this.clock.time = steps.length; // the whole way at once; play begins at its start
      this.at = [steps.length - 1, 0];
    }
    this.controls.showPlaying(this.clock.playing);
    this.draw();
  }

  /** What it draws, with every array that it was sent. */
  figures() {
    return [sentFigure(this.root, this.data)];
  }

  destroy() {
    this.lifetime.destroy();
    this.root.remove();
  }

  draw() {
    if (!this.data) return;
    this.width = this.root.clientWidth;
    this.controls.showMode(this.mode);
    this.drawing = new ReductionDrawing(this.data, this.mode, this.width, (step, thread) => this.point(step, thread));
    this.controls.scroll.replaceChildren(this.drawing.root);
    this.clock.seek(this.clock.time);
    this.point(...this.at);
  }

  /** @param {number} time */
  showTime(time) {
    if (!this.data) return;
    const { steps, words } = this.data;
    this.drawing?.showTime(time);
    const { current } = this.clock;
    const text =
      current < 0 ? words.startText : `${current + 1}/${steps.length}  ${words[`${steps[current].kind}Text`]}`;
    this.controls.showTime(time, text);
  }

  toggle() {
    if (this.clock.playing) this.clock.pause();
    else this.clock.play(matchMedia("(prefers-reduced-motion: reduce)").matches);
  }

  /** @param {number} by */
  step(by) {
    this.clock.step(by);
    this.point(Math.max(0, this.clock.current), this.at[1]);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const move = arrowStep(event);
    if (!move || !this.data) return;
    event.preventDefault();
    event.stopPropagation();
    const { layout, steps } = this.data;
    const step = Math.min(steps.length - 1, Math.max(0, this.at[0] + move[0]));
    this.point(step, Math.min(layout.threads - 1, Math.max(0, this.at[1] + move[1])));
    if (step + 1 > this.clock.time) this.clock.seek(step + 1);
  }

  /**
   * Mark one cell and write what it was made of.
   * @param {number} step
   * @param {number} thread
   */
  point(step, thread) {
    if (!this.data) return;
    this.at = [step, thread];
    this.drawing?.mark(step, thread);
    this.controls.readout.textContent = cellWords({ ...this.data, mode: this.mode }, step, thread);
  }
}

/** @param {HTMLElement} element */
export function mount(element) {
  return new Reduction(element);
}
