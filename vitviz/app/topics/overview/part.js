// The chain from pixels to class scores, the source that ran with its live shapes, and the tensor of a chosen line.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { callsByLine, nextCall, pieces } from "./source_code.js";

/** @typedef {import("./source_code.js").Call} Call */
/** @import { Scale } from "../../../web/shared/types.js" */
/** @typedef {{ key: string, label: string, shape: string, formula: string, inBlock: boolean }} Stage */
/** @typedef {{ file: string, function: string, first: number, lines: string[] }} Source `first` is a line's number */
/**
 * A tensor as `count` tiles of rows x columns values; a value may be the mean of `pooled` rows x columns.
 * @typedef {{ title: string, facts: [string, string][],
 *   histogram: { counts: number[], low: number, high: number }, values: Float32Array, count: number, rows: number,
 *   columns: number, perRow: number, labels: string[], axes: [string, string], pooled: [number, number], scale: Scale,
 *   low: number, high: number, note: string }} Tensor
 */
/**
 * `stage` and `call` are chosen; a call that is no stage has null.
 * @typedef {{ chain: Stage[], stage: string | null, functions: Source[], calls: Call[], call: number, tensor: Tensor,
 *   words: Record<string, string> }} Data
 */

const TAGS = /** @type {const} */ ({ keyword: "b", comment: "i" });
const THINNEST = 24; // a tile is at most that many times wider than high

class ChainPart {
  /**
   * @param {HTMLElement} root
   * @param {(name: "stage" | "call", value: string | number) => void} send
   */
  constructor(root, send) {
    this.send = send;
    this.root = root.appendChild(make("div", "vv-overview"));
    this.chain = this.root.appendChild(make("ol", "vv-chain"));
    const panes = this.root.appendChild(make("div", "vv-panes"));
    this.code = panes.appendChild(make("div", "vv-code"));
    this.tensor = panes.appendChild(make("div", "vv-tensor"));
    /** @type {Data | null} */
    this.data = null;
    this.source = ""; // all that the drawn code depends on
    this.chosenCall = -1;
    /** @type {Map<number, HTMLElement>} lines by the calls that they made */
    this.lines = new Map();
    /** @type {HTMLElement | undefined} */
    this.marked = undefined;
  }

  /** @param {Data} data */
  update(data) {
    const source = JSON.stringify([data.functions, data.calls]);
    const changed = source !== this.source; // the blocks of a model mostly run the same lines
    this.source = source;
    this.data = data;
    this.chosenCall = data.call;
    this.drawChain(data);
    if (changed) this.drawCode(data);
    this.markLine(changed);
    this.drawTensor(data);
  }

  /** @param {Data} data */
  drawChain({ chain, stage: chosen }) {
    const items = chain.map(({ key, label, shape, formula, inBlock }) => {
      const button = make("button", `vv-stage${inBlock ? " vv-inblock" : ""}`);
      button.type = "button";
      button.setAttribute("aria-pressed", String(key === chosen));
      button.append(make("span", "vv-stage-label", label), make("span", "vv-stage-shape", shape));
      button.append(make("span", "vv-stage-formula", formula));
      button.addEventListener("click", () => this.send("stage", key));
      const item = make("li");
      item.append(button);
      return item;
    });
    this.chain.replaceChildren(...items);
  }

  /** @param {Data} data */
  drawCode({ functions, calls }) {
    const byLine = callsByLine(calls);
    this.lines = new Map();
    const blocks = functions.map(({ file, function: name, first, lines }) => {
      const block = make("section", "vv-function");
      block.append(make("h4", "", `${file}  ${name}`));
      for (const [i, text] of lines.entries())
        block.append(this.drawLine(text, first + i, byLine.get(`${file}:${first + i}`) ?? []));
      return block;
    });
    this.code.replaceChildren(...blocks);
  }

  /**
   * A line of source with the shape of its last result; a line that made something is a button.
   * @param {string} text
   * @param {number} number_
   * @param {Call[]} calls
   */
  drawLine(text, number_, calls) {
    const line = make(calls.length ? "button" : "div", "vv-line");
    const code = make("span", "vv-text");
    for (const piece of pieces(text))
      code.append(piece.kind === "text" ? piece.text : make(TAGS[piece.kind], "", piece.text));
    line.append(make("span", "vv-number", String(number_)), code);
    const last = calls.at(-1);
    if (!last) return line;
    line.setAttribute("type", "button");
    line.append(make("span", "vv-shape", `${last.shape}${calls.length > 1 ? ` \u00b7${calls.length}` : ""}`));
    for (const call of calls) this.lines.set(call.index, line);
    line.addEventListener("click", () => this.send("call", nextCall(calls, this.chosenCall)));
    return line;
  }

  /**
   * Mark the line of the chosen call, and bring it into sight.
   * @param {boolean} scroll even where it is in sight
   */
  markLine(scroll) {
    this.marked?.classList.remove("vv-current");
    this.marked?.removeAttribute("aria-current");
    this.marked = this.lines.get(this.chosenCall);
    if (!this.marked) return;
    this.marked.classList.add("vv-current");
    this.marked.setAttribute("aria-current", "true");
    const { scrollTop, clientHeight } = this.code;
    const top = this.marked.offsetTop; // from the top of .vv-code, which is positioned
    const inSight = top >= scrollTop && top < scrollTop + clientHeight - 30;
    if (scroll || !inSight) this.code.scrollTop = Math.max(0, top - clientHeight / 3);
  }

  /** @param {Data} data */
  drawTensor({ tensor, words }) {
    const facts = make("dl", "vv-facts");
    for (const [term, text] of tensor.facts) facts.append(make("dt", "", term), make("dd", "vv-mono", text));
    const readout = make("div", "vv-readout", words.help);
    readout.setAttribute("role", "status");
    const dark = isDark(this.tensor);
    const table = colourTable(tensor.scale, dark);
    const tiles = make("div", "vv-tensor-tiles");
    tiles.style.setProperty("--tiles", String(Math.min(tensor.count, tensor.perRow)));
    for (let i = 0; i < tensor.count; i++) tiles.append(this.tile(tensor, table, i, readout, words));
    const bar = colourBar(tensor.scale, dark, tensor.low, tensor.high, tensor.note);
    this.tensor.replaceChildren(
      make("h4", "", tensor.title),
      facts,
      this.histogram(tensor.histogram),
      tiles,
      readout,
      bar,
    );
  }

  /**
   * @param {Tensor} tensor
   * @param {Uint8Array} table
   * @param {number} index
   * @param {HTMLElement} readout
   * @param {Record<string, string>} words
   */
  tile(tensor, table, index, readout, words) {
    const { rows, columns, values, axes, pooled, labels, low, high, title } = tensor;
    const canvas = make("canvas");
    paint(canvas, values, index * rows * columns, rows, columns, table, low, high);
    canvas.style.aspectRatio = `${columns} / ${Math.max(rows, columns / THINNEST)}`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${title} ${labels[index]}`);
    const mean = pooled[0] * pooled[1] > 1 ? ` (${words.mean} ${pooled.join("x")})` : "";
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
      const column = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)));
      const place = `${axes[0]} ${row * pooled[0]}, ${axes[1]} ${column * pooled[1]}`;
      const value = number(values[(index * rows + row) * columns + column]);
      readout.textContent = `${labels[index]} ${place}:  ${value}${mean}`.trim();
    });
    canvas.addEventListener("pointerleave", () => {
      readout.textContent = words.help;
    });
    return canvas;
  }

  /** @param {Tensor["histogram"]} histogram */
  histogram({ counts, low, high }) {
    const box = make("div", "vv-histogram");
    const bars = make("div", "vv-bars");
    const most = Math.max(...counts);
    for (const count of counts) {
      const bar = make("div");
      bar.style.height = `${(100 * count) / most}%`;
      bars.append(bar);
    }
    const ends = make("div", "vv-ends vv-mono");
    ends.append(make("span", "", number(low)), make("span", "", number(high)));
    box.append(bars, ends);
    return box;
  }

  /** The chosen tensor with its histogram, and the chain of tensors. */
  figures() {
    const { data } = this;
    if (!data) return [];
    const { chain, tensor } = data;
    const { counts, low, high } = tensor.histogram;
    const edge = (/** @type {number} */ i) => low + ((high - low) * i) / counts.length;
    const stages = Object.fromEntries(
      /** @type {const} */ (["key", "label", "shape", "formula"]).map((name) => [name, chain.map((one) => one[name])]),
    );
    const histogram = { from: counts.map((_, i) => edge(i)), to: counts.map((_, i) => edge(i + 1)), count: counts };
    return [
      { ...sentFigure(this.tensor, { values: tensor.values }, tensor.title), table: histogram },
      { element: this.chain, table: stages },
    ];
  }

  destroy() {
    this.root.remove();
  }
}

/**
 * @param {HTMLElement} element
 * @param {(name: string, value: string | number) => void} send is called with "stage" and its key, "call" and its index
 */
export function mount(element, send) {
  return new ChainPart(element, mergeHeldKeys(send));
}
