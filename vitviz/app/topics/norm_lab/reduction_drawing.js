// The drawing of a reduction: made once for a row and a layout, then only shown and hidden as time goes on.
import { svg } from "../../../web/shared/dom.js";
import { opacityOf, ReductionLayout, sourcesOf } from "./reduction_layout.js";
import { stepName } from "./reduction_words.js";

/** @import { Spread } from "./reduction_layout.js" */
/** @import { Mode, Step } from "./reduction_words.js" */
/** @typedef {{ row: Float32Array, layout: Spread, steps: Step[], words: Record<string, string> }} ReductionData */
/** @typedef {{ group: SVGElement, arrows: SVGElement[], cells: SVGElement[] }} StepRow */

/** Which numbers of a part a cell shows. @type {Record<Mode, number[]>} */
const FIELDS = { sum: [1], moments: [0, 2, 3] };

export class ReductionDrawing {
  /**
   * @param {ReductionData} data
   * @param {Mode} mode
   * @param {number} width CSS pixels of the page
   * @param {(step: number, thread: number) => void} onPoint is called with the cell that the pointer enters
   */
  constructor(data, mode, width, onPoint) {
    this.data = data;
    this.mode = mode;
    this.onPoint = onPoint;
    this.layout = new ReductionLayout(data.layout, mode, data.steps.length, width);
    this.root = svg("svg", this.layout.size);
    this.root.append(...this.warps(), ...this.inputs());
    this.rows = data.steps.map((step, s) => this.stepRow(step, s));
    this.root.append(...this.rows.map(({ group }) => group));
    /** @type {SVGElement | undefined} */
    this.marked = undefined;
  }

  /** The lines between warps and blocks, with their names, and that of the row. */
  *warps() {
    const { layout } = this;
    const { words } = this.data;
    for (const { x, middle, block, warp, edge } of layout.warps()) {
      yield svg("line", { x1: x, x2: x, y1: 4, y2: layout.size.height, class: edge ? "vr-edge" : "vr-warp" });
      const name = `${words.warp} ${warp}`;
      const whole = layout.spread.blocks > 1 ? `${words.block} ${block} ${name}` : name;
      yield svg("text", { x: middle, y: 12, class: "vr-head" }, whole);
    }
    yield svg("text", { x: 0, y: layout.top + 13, class: "vr-label" }, words.row);
  }

  *inputs() {
    const { layout, data } = this;
    for (let i = 0; i < layout.spread.threads * layout.spread.each; i++)
      yield svg("text", { ...layout.inputAt(i), class: "vr-text" }, layout.fitting(data.row[i]));
  }

  /**
   * @param {Step} step
   * @param {number} s
   * @returns {StepRow}
   */
  stepRow(step, s) {
    const { layout, data } = this;
    const threads = [...Array(layout.spread.threads).keys()];
    const arrows = s ? threads.flatMap((thread) => this.arrows(step, s, thread)) : [];
    const cells = threads.map((thread) => this.cell(step, s, thread));
    const group = svg("g");
    const y = layout.yOf(s).cell + layout.cell.height / 2 + 4;
    group.append(svg("text", { x: 0, y, class: "vr-label" }, stepName(step, data.words)), ...arrows, ...cells);
    return { group, arrows, cells };
  }

  /**
   * @param {Step} step
   * @param {number} s
   * @param {number} thread
   */
  arrows(step, s, thread) {
    const { layout } = this;
    const { from: y1, to: y2 } = layout.yOf(s);
    return sourcesOf(step, thread).map((source) => {
      const ends = { x1: layout.x(source), y1, x2: layout.x(thread), y2, pathLength: 1 };
      const style = source === thread ? "vr-arrow vr-own" : "vr-arrow";
      return svg("line", { ...ends, class: style, opacity: opacityOf(step, thread) });
    });
  }

  /**
   * @param {Step} step
   * @param {number} s
   * @param {number} thread
   */
  cell(step, s, thread) {
    const { layout } = this;
    const held = step.held.includes(thread);
    const cell = svg("g", { class: held ? "vr-cell vr-held" : "vr-cell", opacity: opacityOf(step, thread) });
    const x = layout.x(thread);
    const y = layout.yOf(s).cell;
    cell.append(svg("rect", { x: x - layout.cell.width / 2, y, ...layout.cell, rx: held ? 8 : 1 }));
    for (const [line, field] of FIELDS[this.mode].entries()) {
      const value = step.parts[thread * 4 + field];
      const text = field === 0 ? `n ${value}` : layout.fitting(value);
      cell.append(svg("text", { x, y: y + 15 + 15 * line, class: "vr-text" }, text));
    }
    cell.addEventListener("pointerenter", () => this.onPoint(s, thread));
    return cell;
  }

  /**
   * Show the steps up to a time; the last one may be on its way, its arrows first.
   * @param {number} time in steps
   */
  showTime(time) {
    for (const [s, { group, arrows }] of this.rows.entries()) {
      const share = Math.min(1, Math.max(0, time - s));
      group.style.visibility = share > 0 ? "visible" : "hidden";
      group.style.opacity = String(share < 0.5 ? 0.35 + 1.3 * share : 1);
      for (const arrow of arrows) {
        arrow.style.strokeDasharray = "1";
        arrow.style.strokeDashoffset = String(1 - Math.min(1, 2 * share));
      }
    }
  }

  /**
   * Mark one cell and no other.
   * @param {number} step
   * @param {number} thread
   */
  mark(step, thread) {
    this.marked?.classList.remove("vr-at");
    this.marked = this.rows[step].cells[thread];
    this.marked.classList.add("vr-at");
  }
}
