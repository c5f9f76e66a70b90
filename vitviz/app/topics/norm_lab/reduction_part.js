// A row of numbers on its way to one sum: threads, warps, blocks, step by step. Draws what Python simulated.
import { make, number } from "../../../web/shared/canvas.js";
import { shape } from "./cube.js";
import { cellWords } from "./reduction_words.js";

const GUTTER = 104;
const NARROWEST = 46; // CSS pixels of a thread's column; a narrower page scrolls
const SECONDS_A_STEP = 1.1;
const FIELDS = { sum: [1], moments: [0, 2, 3] };
const CELL = { sum: 21, moments: 50 }; // heights
const GAP = 20;
const LETTER = 6.7; // CSS pixels

class Reduction {
  constructor(root) {
    this.root = root.appendChild(make("div", "vr"));
    this.mode = "sum";
    this.resize = new ResizeObserver(() => this.width !== this.root.clientWidth && this.data && this.build());
    this.resize.observe(this.root);
  }

  update(data) {
    const another = !this.data || JSON.stringify(data.layout) !== JSON.stringify(this.data.layout);
    this.data = data;
    this.words = data.words;
    this.row = data.row;
    this.steps = data.steps;
    if (another) {
      this.stop();
      this.t = this.steps.length; // the whole way at once; play begins at its start
      this.at = [this.steps.length - 1, 0];
    }
    if (!this.range) this.controls();
    this.build();
  }

  controls() {
    const bar = this.root.appendChild(make("div", "vr-bar"));
    const button = (parent, text, label, press, className = "") => {
      const made = parent.appendChild(make("button", className, text));
      made.type = "button";
      if (label) made.setAttribute("aria-label", label);
      made.addEventListener("click", press);
      return made;
    };
    const buttons = bar.appendChild(make("span", "vr-group"));
    button(buttons, "\u2759\u25c0\ufe0e", this.words.back, () => this.jump(Math.ceil(this.t) - 1));
    this.play = button(buttons, "\u25b6\ufe0e", this.words.play, () => this.toggle(), "vr-play");
    button(buttons, "\u25b6\ufe0e\u2759", this.words.next, () => this.jump(Math.floor(this.t) + 1));
    this.range = bar.appendChild(make("input"));
    Object.assign(this.range, { type: "range", min: 0, step: 0.01 });
    this.range.setAttribute("aria-label", this.words.scrub);
    this.range.addEventListener("input", () => {
      this.stop();
      this.seek(Number(this.range.value));
    });
    this.range.addEventListener("keydown", (event) => this.rangeKey(event));
    const modes = bar.appendChild(make("span", "vr-group"));
    this.modes = Object.keys(FIELDS).map((mode) => [
      mode,
      button(modes, this.words[mode], "", () => {
        this.mode = mode;
        this.build();
      }),
    ]);
    this.caption = this.root.appendChild(make("p", "vr-caption"));
    this.caption.setAttribute("aria-live", "polite");
    this.readout = this.root.appendChild(make("div", "vv-readout vr-read"));
    this.readout.setAttribute("role", "status");
    this.scroll = this.root.appendChild(make("div", "vr-scroll"));
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "application");
    this.scroll.setAttribute("aria-label", this.words.label);
    this.scroll.addEventListener("keydown", (event) => this.key(event));
  }

  // The drawing: made once for a row and a layout, then only shown and hidden as time goes on

  build() {
    const { threads } = this.data.layout;
    this.width = this.root.clientWidth;
    this.column = Math.max(NARROWEST, (this.width - GUTTER) / threads);
    for (const [mode, button] of this.modes) button.setAttribute("aria-pressed", String(mode === this.mode));
    this.range.max = this.steps.length;
    const top = 20;
    const input = top + 17 * this.data.layout.each + 4;
    const height = input + this.steps.length * (CELL[this.mode] + GAP) + 4;
    this.svg = shape("svg", { width: GUTTER + threads * this.column, height });
    this.frames(top, height);
    this.inputs(top);
    this.rows = this.steps.map((step, s) => this.stepRow(step, s, input + s * (CELL[this.mode] + GAP)));
    this.scroll.replaceChildren(this.svg);
    this.seek(this.t);
    this.point(...this.at);
  }

  x(thread) {
    return GUTTER + (thread + 0.5) * this.column;
  }

  frames(top, height) {
    const { threads, lanes, blocks } = this.data.layout;
    const inBlock = threads / blocks;
    for (let t = 0; t < threads; t += lanes) {
      const x = GUTTER + t * this.column;
      const edge = t % inBlock === 0;
      this.svg.append(shape("line", { x1: x, x2: x, y1: 4, y2: height, class: edge ? "vr-edge" : "vr-warp" }));
      const name = `${blocks > 1 ? `${this.words.block} ${Math.floor(t / inBlock)} ` : ""}${this.words.warp} ${(t % inBlock) / lanes}`;
      this.svg.append(shape("text", { x: x + (lanes * this.column) / 2, y: 12, class: "vr-head" }, name));
    }
    this.svg.append(shape("text", { x: 0, y: top + 13, class: "vr-label" }, this.words.row));
  }

  inputs(top) {
    const { threads, each } = this.data.layout;
    for (let i = 0; i < threads * each; i++) {
      const y = top + 13 + 17 * (i % each);
      this.svg.append(
        shape("text", { x: this.x(Math.floor(i / each)), y, class: "vr-text" }, this.fitting(this.row[i])),
      );
    }
  }

  /** A number with as many of its four digits as a cell has room for; the words above have them all. */
  fitting(value) {
    const room = Math.floor((this.column - 4) / LETTER);
    let text = number(value);
    for (let digits = 3; text.length > room && digits > 0; digits--)
      text = value.toPrecision(digits).replaceAll("-", "\u2212");
    return text;
  }

  stepRow(step, s, y) {
    const { threads } = this.data.layout;
    const group = this.svg.appendChild(shape("g", {}));
    group.append(shape("text", { x: 0, y: y + GAP + CELL[this.mode] / 2 + 4, class: "vr-label" }, this.label(step)));
    const arrows = [];
    const cells = [];
    for (let thread = 0; thread < threads; thread++) {
      const opacity = step.live[thread] ? 1 : 0.22;
      if (s > 0) arrows.push(...this.arrows(group, step, thread, y, opacity));
      cells.push(this.cell(group, step, s, thread, y, opacity));
    }
    return { group, arrows, cells };
  }

  label(step) {
    return this.words[step.kind].replace("{offset}", step.offset).replace("{number}", step.offset + 1);
  }

  arrows(group, step, thread, y, opacity) {
    const line = (from, className) => {
      const arrow = shape("line", {
        x1: this.x(from),
        y1: y + 1,
        x2: this.x(thread),
        y2: y + GAP - 1,
        class: className,
        opacity,
        pathLength: 1,
      });
      group.append(arrow);
      return arrow;
    };
    const made = [line(thread, "vr-arrow vr-own")];
    const other = step.operand[thread];
    if (step.kind !== "read" && other >= 0 && other !== thread) made.push(line(other, "vr-arrow"));
    return made;
  }

  cell(group, step, s, thread, y, opacity) {
    const { threads } = this.data.layout;
    const held = step.held.includes(thread);
    const cell = shape("g", { class: held ? "vr-cell vr-held" : "vr-cell", opacity });
    const width = this.column - 6;
    cell.append(
      shape("rect", { x: this.x(thread) - width / 2, y: y + GAP, width, height: CELL[this.mode], rx: held ? 8 : 1 }),
    );
    FIELDS[this.mode].forEach((field, line) => {
      const value = step.parts[thread * 4 + field];
      const text = field === 0 ? `n ${value}` : this.fitting(value);
      cell.append(shape("text", { x: this.x(thread), y: y + GAP + 15 + 15 * line, class: "vr-text" }, text));
    });
    cell.addEventListener("pointerenter", () => this.point(s, thread % threads));
    group.append(cell);
    return cell;
  }

  // Time

  seek(t) {
    this.t = Math.min(this.steps.length, Math.max(0, t));
    this.range.value = this.t;
    this.rows.forEach(({ group, arrows }, s) => {
      const part = Math.min(1, Math.max(0, this.t - s));
      group.style.visibility = part > 0 ? "visible" : "hidden";
      group.style.opacity = part < 0.5 ? 0.35 + 1.3 * part : 1;
      for (const arrow of arrows) {
        arrow.style.strokeDasharray = "1";
        arrow.style.strokeDashoffset = 1 - Math.min(1, 2 * part);
      }
    });
    const current = Math.ceil(this.t) - 1;
    const step = this.steps[current];
    const text = step ? `${current + 1}/${this.steps.length}  ${this.words[`${step.kind}Text`]}` : this.words.startText;
    if (this.caption.textContent !== text) this.caption.textContent = text;
    this.range.setAttribute("aria-valuetext", text);
  }

  jump(t) {
    this.stop();
    this.seek(t);
    this.point(Math.max(0, Math.ceil(this.t) - 1), this.at[1]);
  }

  toggle() {
    if (this.tick) {
      this.stop();
      return;
    }
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let last = null;
    let t = this.t >= this.steps.length ? 0 : this.t;
    this.play.textContent = "\u2759\u2759";
    this.play.setAttribute("aria-label", this.words.pause);
    const next = (now) => {
      t += last === null ? 0 : (now - last) / 1000 / SECONDS_A_STEP;
      last = now;
      this.seek(still ? Math.floor(t) : t);
      if (t >= this.steps.length) this.stop();
      else this.tick = requestAnimationFrame(next);
    };
    this.tick = requestAnimationFrame(next);
  }

  stop() {
    if (this.tick) cancelAnimationFrame(this.tick);
    this.tick = 0;
    if (!this.play) return;
    this.play.textContent = "\u25b6\ufe0e";
    this.play.setAttribute("aria-label", this.words.play);
  }

  rangeKey(event) {
    event.stopPropagation();
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.jump(step > 0 ? Math.floor(this.t) + 1 : Math.ceil(this.t) - 1);
  }

  // One cell opened

  key(event) {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const step = Math.min(this.steps.length - 1, Math.max(0, this.at[0] + move[0]));
    this.point(step, Math.min(this.data.layout.threads - 1, Math.max(0, this.at[1] + move[1])));
    if (step + 1 > this.t) this.seek(step + 1);
  }

  point(step, thread) {
    this.rows[this.at[0]]?.cells[this.at[1]].classList.remove("vr-at");
    this.at = [step, thread];
    this.rows[step].cells[thread].classList.add("vr-at");
    this.readout.textContent = cellWords(this, step, thread);
  }
}

export function mount(element) {
  return new Reduction(element);
}
