// A row of numbers on its way to one sum: threads, warps, blocks, step by step. Draws what Python simulated.
import { make, svg } from "../../../web/shared/dom.js";
import { arrowStep } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { cellWords, stepName } from "./reduction_words.js";

/** @import { Mode, Step } from "./reduction_words.js" */
/**
 * @typedef {{ numbers: number, lanes: number, blocks: number, threads: number, each: number }} Layout
 * @typedef {{ row: Float32Array, layout: Layout, steps: Step[], words: Record<string, string> }} ReductionData
 * @typedef {{ group: SVGElement, arrows: SVGElement[], cells: SVGElement[] }} StepRow
 */

const GUTTER = 104;
const NARROWEST = 46; // CSS pixels of a thread's column; a narrower page scrolls
const SECONDS_A_STEP = 1.1;
/** Which numbers of a part a cell shows. @type {Record<Mode, number[]>} */
const FIELDS = { sum: [1], moments: [0, 2, 3] };
/** Heights. @type {Record<Mode, number>} */
const CELL = { sum: 21, moments: 50 };
const GAP = 20;
const LETTER = 6.7; // CSS pixels
/** @type {Record<string, number>} */
const TIME_STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const [PLAY, PAUSE] = ["\u25b6\ufe0e", "\u2759\u2759"];

class Reduction {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.root = element.appendChild(make("div", "vr"));
    /** @type {Mode} */
    this.mode = "sum";
    /** @type {ReductionData} */
    this.data = { row: new Float32Array(), layout: NO_LAYOUT, steps: [], words: {} };
    /** @type {StepRow[]} */
    this.rows = [];
    /** @type {[step: number, thread: number]} */
    this.at = [0, 0];
    this.time = 0;
    this.frame = 0;
    this.width = 0;
    this.column = NARROWEST;
    this.controls = makeControls(this.root, {
      back: () => this.jump(Math.ceil(this.time) - 1),
      toggle: () => this.toggle(),
      next: () => this.jump(Math.floor(this.time) + 1),
      mode: (mode) => {
        this.mode = mode;
        this.build();
      },
    });
    const { range, scroll } = this.controls;
    range.addEventListener("input", () => {
      this.pause();
      this.seek(Number(range.value));
    });
    range.addEventListener("keydown", (event) => this.onTimeKey(event));
    scroll.addEventListener("keydown", (event) => this.onKey(event));
    this.resize = new ResizeObserver(() => {
      if (this.width !== this.root.clientWidth && this.data.steps.length) this.build();
    });
    this.resize.observe(this.root);
  }

  /** @param {ReductionData} data */
  update(data) {
    const another = JSON.stringify(data.layout) !== JSON.stringify(this.data.layout);
    this.data = data;
    if (another) {
      this.pause();
      this.time = data.steps.length; // the whole way at once; play begins at its start
      this.at = [data.steps.length - 1, 0];
    }
    this.writeControls();
    this.build();
  }

  destroy() {
    this.pause();
    this.resize.disconnect();
    this.root.remove();
  }

  /** The controls in the person's language. */
  writeControls() {
    const { words, steps } = this.data;
    const { back, play, next, range, scroll, modes } = this.controls;
    back.setAttribute("aria-label", words.back);
    next.setAttribute("aria-label", words.next);
    play.setAttribute("aria-label", this.frame ? words.pause : words.play);
    range.setAttribute("aria-label", words.scrub);
    range.max = String(steps.length);
    scroll.setAttribute("aria-label", words.label);
    for (const { mode, button } of modes) button.textContent = words[mode];
  }

  // The drawing: made once for a row and a layout, then only shown and hidden as time goes on

  build() {
    const { layout, steps } = this.data;
    this.width = this.root.clientWidth;
    this.column = Math.max(NARROWEST, (this.width - GUTTER) / layout.threads);
    for (const { mode, button } of this.controls.modes) button.setAttribute("aria-pressed", String(mode === this.mode));
    const top = 20;
    const input = top + 17 * layout.each + 4;
    const row = CELL[this.mode] + GAP;
    const height = input + steps.length * row + 4;
    const drawing = svg("svg", { width: GUTTER + layout.threads * this.column, height });
    drawing.append(...this.frames(top, height), ...this.inputs(top));
    this.rows = steps.map((step, s) => this.stepRow(step, s, input + s * row));
    drawing.append(...this.rows.map(({ group }) => group));
    this.controls.scroll.replaceChildren(drawing);
    this.seek(this.time);
    this.point(...this.at);
  }

  /** @param {number} thread */
  x(thread) {
    return GUTTER + (thread + 0.5) * this.column;
  }

  /**
   * The lines between warps and blocks, with their names.
   * @param {number} top
   * @param {number} height
   */
  *frames(top, height) {
    const { layout, words } = this.data;
    const { threads, lanes, blocks } = layout;
    const inBlock = threads / blocks;
    for (let t = 0; t < threads; t += lanes) {
      const x = GUTTER + t * this.column;
      const edge = t % inBlock === 0;
      yield svg("line", { x1: x, x2: x, y1: 4, y2: height, class: edge ? "vr-edge" : "vr-warp" });
      const block = blocks > 1 ? `${words.block} ${Math.floor(t / inBlock)} ` : "";
      const name = `${block}${words.warp} ${(t % inBlock) / lanes}`;
      yield svg("text", { x: x + (lanes * this.column) / 2, y: 12, class: "vr-head" }, name);
    }
    yield svg("text", { x: 0, y: top + 13, class: "vr-label" }, words.row);
  }

  /** @param {number} top */
  *inputs(top) {
    const { layout, row } = this.data;
    for (let i = 0; i < layout.threads * layout.each; i++) {
      const y = top + 13 + 17 * (i % layout.each);
      const x = this.x(Math.floor(i / layout.each));
      yield svg("text", { x, y, class: "vr-text" }, this.fitting(row[i]));
    }
  }

  /**
   * A number with as many of its four digits as a cell has room for; the words above have them all.
   * @param {number} value
   */
  fitting(value) {
    const room = Math.floor((this.column - 4) / LETTER);
    let text = number(value);
    for (let digits = 3; text.length > room && digits > 0; digits--)
      text = value.toPrecision(digits).replaceAll("-", "\u2212");
    return text;
  }

  /**
   * @param {Step} step
   * @param {number} s
   * @param {number} y
   * @returns {StepRow}
   */
  stepRow(step, s, y) {
    const { layout, words } = this.data;
    const group = svg("g", {});
    const middle = y + GAP + CELL[this.mode] / 2 + 4;
    group.append(svg("text", { x: 0, y: middle, class: "vr-label" }, stepName(step, words)));
    /** @type {SVGElement[]} */
    const arrows = [];
    const cells = [];
    for (let thread = 0; thread < layout.threads; thread++) {
      const opacity = step.live[thread] ? 1 : 0.22;
      if (s > 0) arrows.push(...this.arrows(step, thread, y, opacity));
      cells.push(this.cell(step, s, thread, y, opacity));
    }
    group.append(...arrows, ...cells);
    return { group, arrows, cells };
  }

  /**
   * From which threads a thread's number comes.
   * @param {Step} step
   * @param {number} thread
   * @param {number} y
   * @param {number} opacity
   */
  arrows(step, thread, y, opacity) {
    /**
     * @param {number} from
     * @param {string} className
     */
    const line = (from, className) =>
      svg("line", {
        x1: this.x(from),
        y1: y + 1,
        x2: this.x(thread),
        y2: y + GAP - 1,
        class: className,
        opacity,
        pathLength: 1,
      });
    const other = step.operand[thread];
    const own = line(thread, "vr-arrow vr-own");
    return step.kind !== "read" && other >= 0 && other !== thread ? [own, line(other, "vr-arrow")] : [own];
  }

  /**
   * @param {Step} step
   * @param {number} s
   * @param {number} thread
   * @param {number} y
   * @param {number} opacity
   */
  cell(step, s, thread, y, opacity) {
    const held = step.held.includes(thread);
    const cell = svg("g", { class: held ? "vr-cell vr-held" : "vr-cell", opacity });
    const width = this.column - 6;
    cell.append(
      svg("rect", { x: this.x(thread) - width / 2, y: y + GAP, width, height: CELL[this.mode], rx: held ? 8 : 1 }),
    );
    FIELDS[this.mode].forEach((field, line) => {
      const value = step.parts[thread * 4 + field];
      const text = field === 0 ? `n ${value}` : this.fitting(value);
      cell.append(svg("text", { x: this.x(thread), y: y + GAP + 15 + 15 * line, class: "vr-text" }, text));
    });
    cell.addEventListener("pointerenter", () => this.point(s, thread));
    return cell;
  }

  // Time

  /** @param {number} time in steps */
  seek(time) {
    const { steps, words } = this.data;
    this.time = Math.min(steps.length, Math.max(0, time));
    this.controls.range.value = String(this.time);
    this.rows.forEach(({ group, arrows }, s) => {
      const part = Math.min(1, Math.max(0, this.time - s));
      group.style.visibility = part > 0 ? "visible" : "hidden";
      group.style.opacity = String(part < 0.5 ? 0.35 + 1.3 * part : 1);
      for (const arrow of arrows) {
        arrow.style.strokeDasharray = "1";
        arrow.style.strokeDashoffset = String(1 - Math.min(1, 2 * part));
      }
    });
    const current = Math.ceil(this.time) - 1;
    const step = steps[current];
    const text = step ? `${current + 1}/${steps.length}  ${words[`${step.kind}Text`]}` : words.startText;
    if (this.controls.caption.textContent !== text) this.controls.caption.textContent = text;
    this.controls.range.setAttribute("aria-valuetext", text);
  }

  /** @param {number} time */
  jump(time) {
    this.pause();
    this.seek(time);
    this.point(Math.max(0, Math.ceil(this.time) - 1), this.at[1]);
  }

  toggle() {
    if (this.frame) {
      this.pause();
      return;
    }
    const { steps, words } = this.data;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    /** @type {number | null} */
    let last = null;
    let time = this.time >= steps.length ? 0 : this.time;
    this.controls.play.textContent = PAUSE;
    this.controls.play.setAttribute("aria-label", words.pause);
    /** @param {number} now */
    const next = (now) => {
      time += last === null ? 0 : (now - last) / 1000 / SECONDS_A_STEP;
      last = now;
      this.seek(still ? Math.floor(time) : time);
      if (time >= steps.length) this.pause();
      else this.frame = requestAnimationFrame(next);
    };
    this.frame = requestAnimationFrame(next);
  }

  pause() {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.controls.play.textContent = PLAY;
    this.controls.play.setAttribute("aria-label", this.data.words.play ?? "");
  }

  /** @param {KeyboardEvent} event */
  onTimeKey(event) {
    event.stopPropagation(); // the page has hotkeys of its own
    const step = TIME_STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    this.jump(step > 0 ? Math.floor(this.time) + 1 : Math.ceil(this.time) - 1);
  }

  // One cell opened

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const move = arrowStep(event);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const { layout, steps } = this.data;
    const step = Math.min(steps.length - 1, Math.max(0, this.at[0] + move[0]));
    this.point(step, Math.min(layout.threads - 1, Math.max(0, this.at[1] + move[1])));
    if (step + 1 > this.time) this.seek(step + 1);
  }

  /**
   * @param {number} step
   * @param {number} thread
   */
  point(step, thread) {
    this.rows[this.at[0]]?.cells[this.at[1]].classList.remove("vr-at");
    this.at = [step, thread];
    this.rows[step].cells[thread].classList.add("vr-at");
    this.controls.readout.textContent = cellWords({ ...this.data, mode: this.mode }, step, thread);
  }
}

/**
 * The buttons and the slider above the drawing, and the places for words and drawing below them.
 * @param {HTMLElement} root
 * @param {{ back: () => void, toggle: () => void, next: () => void, mode: (mode: Mode) => void }} listeners
 */
function makeControls(root, listeners) {
  const bar = root.appendChild(make("div", "vr-bar"));
  /**
   * @param {HTMLElement} parent
   * @param {string} text
   * @param {() => void} onClick
   */
  const button = (parent, text, onClick, className = "") => {
    const made = parent.appendChild(make("button", className, text));
    made.type = "button";
    made.addEventListener("click", onClick);
    return made;
  };
  const buttons = bar.appendChild(make("span", "vr-group"));
  const back = button(buttons, "\u2759\u25c0\ufe0e", listeners.back);
  const play = button(buttons, PLAY, listeners.toggle, "vr-play");
  const next = button(buttons, "\u25b6\ufe0e\u2759", listeners.next);
  const range = bar.appendChild(make("input"));
  Object.assign(range, { type: "range", min: 0, step: 0.01 });
  const group = bar.appendChild(make("span", "vr-group"));
  const modes = /** @type {Mode[]} */ (Object.keys(FIELDS)).map((mode) => ({
    mode,
    button: button(group, "", () => listeners.mode(mode)),
  }));
  const caption = root.appendChild(make("p", "vr-caption"));
  caption.setAttribute("aria-live", "polite");
  const readout = root.appendChild(make("div", "vv-readout vr-read"));
  readout.setAttribute("role", "status");
  const scroll = root.appendChild(make("div", "vr-scroll"));
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "application");
  return { back, play, next, range, modes, caption, readout, scroll };
}

const NO_LAYOUT = { numbers: 0, lanes: 1, blocks: 1, threads: 0, each: 0 };

/** @param {HTMLElement} element */
export function mount(element) {
  return new Reduction(element);
}
