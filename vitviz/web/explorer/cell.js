// One weight opened: from q and k to the score, through the softmax of its row, to what it adds to the output.
import { contextOf, make } from "../shared/dom.js";
import { number } from "../shared/format.js";
import { Cells, SignedShades } from "../shared/shades.js";
import { dot } from "./maths.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { LayerMaths } from "./maths.js" */
/** @import { Colours } from "./types.d.ts" */
/** @typedef {Float32Array | Float64Array} Numbers */
/** @typedef {{ i: string, j: string, map: string }} Names the query, the key and the head */
/** @typedef {[symbol: string, values: Numbers, label: string]} Row */
/** @typedef {{ arrays: { v: Float32Array, proj: Float32Array } }} Values */
/**
 * What `LayerMaths.cell` returns.
 * @typedef {object} Opened
 * @property {number} product
 * @property {number | null} bias
 * @property {number | null} mask
 * @property {number} score
 * @property {Numbers} q
 * @property {Numbers} k
 * @property {Numbers} products
 * @property {Numbers} weights
 * @property {number} maximum
 * @property {number} total
 * @property {number} weight
 * @property {number} column
 */

/** @type {Record<string, number | undefined>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** A row of numbers as coloured cells on a scale that is centred on 0; all strips of a stage share one cursor. */
class Strip {
  /**
   * @param {HTMLElement} parent
   * @param {string} symbol
   * @param {string} label
   * @param {(at: number | null) => void} move
   */
  constructor(parent, symbol, label, move) {
    /** @type {Numbers} */
    this.values = new Float32Array(0);
    this.root = parent.appendChild(make("div", "vx-strip"));
    this.root.append(make("b", "", symbol));
    this.stage = this.root.appendChild(make("div", "vx-strip-stage"));
    this.cells = new Cells(this.stage.appendChild(make("canvas")));
    this.stage.setAttribute("role", "img");
    this.cursor = this.stage.appendChild(make("div", "vx-strip-cursor"));
    this.range = this.root.appendChild(make("span", "vx-range"));
    this.label = label;
    const pointed = (/** @type {PointerEvent} */ event) => {
      const box = this.stage.getBoundingClientRect();
      const at = Math.floor(((event.clientX - box.left) / box.width) * this.values.length);
      move(Math.min(this.values.length - 1, Math.max(0, at)));
    };
    this.stage.addEventListener("pointermove", pointed);
    this.stage.addEventListener("pointerdown", pointed);
    // A finger that is lifted leaves, too, but wants to read.
    this.stage.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && move(null));
  }

  /**
   * @param {Numbers} values
   * @param {Uint32Array} colours
   */
  draw(values, colours) {
    this.values = values;
    const top = Math.max(...Array.from(values, Math.abs)) || 1;
    this.cells.draw(values, 0, 1, values.length, new SignedShades(colours, top));
    this.range.textContent = `\u00b1${number(top)}`;
    this.stage.setAttribute("aria-label", `${this.label}: ${values.length}, \u00b1${number(top)}`);
  }

  /**
   * By keyboard, too: a slider over the places of this strip, for all that share its cursor.
   * @param {(event: KeyboardEvent) => void} step
   */
  steer(step) {
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "slider");
    this.stage.setAttribute("aria-valuemin", "0");
    this.stage.setAttribute("aria-valuemax", String(this.values.length - 1));
    this.stage.addEventListener("keydown", step);
  }

  /**
   * Where the slider is, for a screen reader.
   * @param {number | null} at
   * @param {string} text
   */
  say(at, text) {
    this.stage.setAttribute("aria-valuenow", String(at ?? 0));
    this.stage.setAttribute("aria-valuetext", text);
  }

  /** @param {number | null} at */
  point(at) {
    const shown = at !== null && at < this.values.length;
    this.cursor.style.display = shown ? "" : "none";
    if (!shown) return;
    this.cursor.style.left = `${(100 * at) / this.values.length}%`;
    this.cursor.style.width = `${100 / this.values.length}%`;
  }
}

/**
 * The numbers of several strips at the cursor.
 * @param {string[]} names
 * @param {Numbers[]} values
 * @param {number} at
 */
const read = (names, values, at) => names.map((name, i) => `${name}[${at}] = ${number(values[i][at])}`).join("   ");

export class CellView {
  /**
   * @param {HTMLElement} parent
   * @param {() => void} close
   * @param {Words} words
   */
  constructor(parent, close, words) {
    /** @type {{ cell: Opened, names: Names, colours: Colours } | null} */
    this.shown = null;
    this.waiting = false;
    /** @type {HTMLElement | null} */
    this.output = null;
    this.words = words;
    this.root = parent.appendChild(make("section", "vx-cell"));
    this.root.hidden = true;
    this.root.tabIndex = -1;
    const head = this.root.appendChild(make("div", "vx-cell-head"));
    this.title = head.appendChild(make("h4"));
    const shut = head.appendChild(make("button", "vx-tool", "\u00d7"));
    shut.type = "button";
    shut.setAttribute("aria-label", words.close);
    shut.addEventListener("click", close);
    this.body = this.root.appendChild(make("div", "vx-stages"));
  }

  close() {
    this.root.hidden = true;
    this.shown = null;
    this.waiting = false;
  }

  /** The numbers of what was chosen are on their way; those of something else would be wrong. */
  wait() {
    this.root.hidden = false;
    this.shown = null;
    this.waiting = true;
    this.title.textContent = this.words.loading;
    this.body.replaceChildren();
  }

  /**
   * @param {Opened} cell
   * @param {LayerMaths} maths
   * @param {Names} names
   * @param {Colours} colours
   */
  open(cell, maths, names, colours) {
    this.root.hidden = false;
    this.waiting = false;
    this.title.textContent = `${names.map}: A[${names.i}, ${names.j}] = ${number(cell.weight)}`;
    this.body.replaceChildren();
    this.score(cell, names, colours);
    this.softmax(cell, colours);
    this.output = this.stage("3", this.words.stageValue);
    this.output.append(make("p", "vx-wait", this.words.loading));
    this.shown = { cell, names, colours };
  }

  /**
   * @param {string} index
   * @param {string} title
   */
  stage(index, title) {
    const stage = this.body.appendChild(make("div", "vx-stage"));
    stage.append(make("h5", "", `${index}  ${title}`));
    return stage;
  }

  /**
   * Strips with one cursor, and a line that reads the numbers there.
   * @param {HTMLElement} stage
   * @param {Row[]} rows
   * @param {Uint32Array} colours
   */
  strips(stage, rows, colours) {
    const reading = make("div", "vx-reading");
    const count = rows[0][1].length;
    /** @type {number | null} */
    let place = null;
    const move = (/** @type {number | null} */ at) => {
      place = at;
      for (const strip of strips) strip.point(at);
      reading.textContent =
        at === null
          ? this.words.readStrip
          : read(
              rows.map(([symbol]) => symbol),
              rows.map(([, values]) => values),
              at,
            );
      strips[0].say(at, reading.textContent);
    };
    const step = (/** @type {KeyboardEvent} */ event) => {
      const by = STEPS[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      move(place === null ? 0 : Math.min(count - 1, Math.max(0, place + by)));
    };
    const strips = rows.map(([symbol, values, label]) => {
      const strip = new Strip(stage, symbol, label, move);
      strip.draw(values, colours);
      return strip;
    });
    strips[0].steer(step);
    stage.append(reading);
    move(null);
  }

  /**
   * @param {HTMLElement} stage
   * @param {(string | Node)[]} parts
   */
  line(stage, ...parts) {
    const line = stage.appendChild(make("p", "vx-line"));
    line.append(...parts);
  }

  /**
   * @param {Opened} cell
   * @param {Names} names
   * @param {Colours} colours
   */
  score(cell, names, colours) {
    const stage = this.stage("1", this.words.stageScore);
    const d = cell.q.length;
    this.strips(
      stage,
      [
        ["q", cell.q, `q ${names.i}`],
        ["k", cell.k, `k ${names.j}`],
        ["q\u00b7k", cell.products, "q * k"],
      ],
      colours.activation,
    );
    this.line(stage, `\u03a3 q[c] k[c] = ${number(cell.product)}`);
    const terms = [`${number(cell.product)} / \u221a${d}`];
    if (cell.bias !== null) terms.push(`${number(cell.bias)} (${this.words.bias})`);
    if (cell.mask !== null) terms.push(`${number(cell.mask)} (${this.words.mask})`);
    this.line(stage, `s = ${terms.join(" + ")} = `, make("b", "", number(cell.score)));
  }

  /**
   * @param {Opened} cell
   * @param {Colours} colours
   */
  softmax(cell, colours) {
    const stage = this.stage("2", this.words.stageSoftmax);
    const bars = stage.appendChild(make("canvas", "vx-bars"));
    bars.setAttribute("role", "img");
    bars.setAttribute("aria-label", this.words.rowOf.replace("{n}", String(cell.weights.length)));
    const height = 44;
    Object.assign(bars, { width: cell.weights.length * (cell.weights.length > 400 ? 1 : 3), height });
    const context = contextOf(bars);
    const step = bars.width / cell.weights.length;
    const top = Math.max(...cell.weights);
    context.fillStyle = colours.ink.faint;
    context.fillRect(cell.column * step, 0, Math.max(2, step), height);
    for (const [i, weight] of cell.weights.entries()) {
      context.fillStyle = i === cell.column ? colours.ink.second : colours.ink.middle;
      const tall = Math.max(i === cell.column ? 2 : 0, (weight / top) * (height - 2));
      context.fillRect(i * step, height - tall, Math.max(1, step - (step > 2 ? 1 : 0)), tall);
    }
    this.line(
      stage,
      `${this.words.rowOf.replace("{n}", String(cell.weights.length))}  max s = ${number(cell.maximum)}`,
    );
    const power = `e^(${number(cell.score)} \u2212 ${number(cell.maximum)})`.replace("\u2212 \u2212", "+ ");
    this.line(stage, `\u03a3 e^(s \u2212 max) = ${number(cell.total)}`);
    this.line(
      stage,
      `A = ${power} / ${number(cell.total)} = ${number(Math.exp(cell.score - cell.maximum))} / ${number(cell.total)} = `,
      make("b", "", number(cell.weight)),
    );
    let sum = 0;
    for (const weight of cell.weights) sum += weight;
    this.line(stage, `${this.words.rowSum} ${sum.toFixed(6)}`);
  }

  /**
   * The last stage, when the values of the head are there: `v` (W, K, d), `proj` (D, d).
   * @param {Values} payload
   * @param {number} window
   */
  values({ arrays }, window) {
    if (!this.shown || !this.output) return;
    const { cell, colours } = this.shown;
    const d = cell.q.length;
    const K = cell.weights.length;
    const { v, proj } = arrays;
    const at = (/** @type {number} */ place) => (window * K + place) * d;
    const own = v.subarray(at(cell.column), at(cell.column) + d);
    const weighted = Float64Array.from(own, (value) => value * cell.weight);
    const z = new Float64Array(d);
    for (let j = 0; j < K; j++) for (let c = 0; c < d; c++) z[c] += cell.weights[j] * v[at(j) + c];
    const width = proj.length / d;
    const added = Float64Array.from({ length: width }, (_, c) => dot(proj, c * d, weighted, 0, d));
    const whole = Float64Array.from({ length: width }, (_, c) => dot(proj, c * d, z, 0, d));
    const norm = (/** @type {Numbers} */ values) => Math.sqrt(dot(values, 0, values, 0, values.length));
    this.output.replaceChildren(...[...this.output.childNodes].slice(0, 1));
    this.strips(
      this.output,
      [
        ["v", own, "v"],
        ["A v", weighted, "A * v"],
        ["z", z, this.words.zOf],
      ],
      colours.activation,
    );
    this.strips(this.output, [["A v W_O", added, this.words.adds]], colours.activation);
    this.line(
      this.output,
      `\u2016A v W_O\u2016 = `,
      make("b", "", number(norm(added))),
      `   \u2016z W_O\u2016 = ${number(norm(whole))}  (${this.words.wholeHead})`,
    );
  }

  /** @param {string} message */
  failed(message) {
    this.output?.replaceChildren(...[...this.output.childNodes].slice(0, 1), make("p", "vx-wait", message));
  }
}
