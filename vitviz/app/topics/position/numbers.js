// The numbers behind one tile: the patches most and least alike, the means, and one cosine opened into its channels.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { Cells, SignedShades } from "../../../web/shared/shades.js";
import { extremes, means } from "./cosines.js";

const MOST = 5;
const LEAST = 3;
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 };

/** @typedef {import("./tiles.js").TokenMap} TokenMap */
/** @typedef {import("./cosines.js").PairOfVectors} PairOfVectors */
/** @typedef {Record<string, string>} Words */

/**
 * A cosine with four digits, with room for its sign; a dash where there is none.
 * @param {number} value
 */
export function cosineText(value) {
  return Number.isNaN(value) ? "\u2013" : `${value < 0 ? "\u2212" : "\u2007"}${Math.abs(value).toFixed(4)}`;
}

/**
 * What a token is called: a prefix token's name, or a patch's place.
 * @param {number} token
 * @param {TokenMap} map
 * @param {Words} words
 */
export function nameOf(token, map, words) {
  const patch = token - map.prefix.length;
  return patch < 0 ? map.prefix[token] : `${words.patch} (${Math.floor(patch / map.columns)}, ${patch % map.columns})`;
}

/**
 * The rows of the table of one tile: a heading alone, or a name and a cosine.
 * @param {number} query
 * @param {Float64Array} values
 * @param {TokenMap} map
 * @param {Words} words
 * @returns {([string] | [string, string])[]}
 */
export function tableRows(query, values, map, words) {
  const first = map.prefix.length;
  /** @type {(title: string, tokens: number[]) => ([string] | [string, string])[]} */
  const list = (title, tokens) => [
    [title],
    ...tokens.map((token) => /** @type {[string, string]} */ ([nameOf(token, map, words), cosineText(values[token])])),
  ];
  const rows = [
    ...list(words.most, extremes(values, query, first, MOST, true)),
    ...list(words.least, extremes(values, query, first, LEAST, false)),
  ];
  const prefix = map.prefix.map((_, token) => token).filter((token) => token !== query);
  if (prefix.length) rows.push(...list(words.prefix, prefix));
  if (query >= first) {
    rows.push([words.means]);
    for (const [group, value] of Object.entries(means(values, query, map)))
      rows.push([words[`mean_${group}`], cosineText(value)]);
  }
  return rows;
}

export class Numbers {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vp-numbers"));
  }

  /**
   * @param {number} query
   * @param {Float64Array} values
   * @param {TokenMap} map
   * @param {Words} words
   */
  update(query, values, map, words) {
    const table = make("table", "vp-table");
    for (const [name, value] of tableRows(query, values, map, words)) {
      const row = table.appendChild(make("tr"));
      if (value === undefined) row.appendChild(make("th", "", name)).colSpan = 2;
      else row.append(make("td", "", name), make("td", "vv-mono", value));
    }
    const title = words.numbers.replace("{name}", nameOf(query, map, words));
    this.root.replaceChildren(make("div", "vx-title", title), table);
  }
}

/** One cosine as a sum over channels: both embeddings and what each channel gives, on strips with one cursor. */
export class Pair {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vp-pair"));
    this.formula = this.root.appendChild(make("div", "vv-mono vp-formula"));
    this.lanes = this.root.appendChild(make("div", "vp-lanes"));
    this.lanes.tabIndex = 0;
    this.lanes.setAttribute("role", "application");
    this.rows = [0, 1, 2].map(() => {
      const row = this.lanes.appendChild(make("div", "vp-lane"));
      const label = row.appendChild(make("span", "vv-mono"));
      const canvas = row.appendChild(make("canvas"));
      return { label, canvas, cells: new Cells(canvas), top: row.appendChild(make("span", "vv-mono vp-top")) };
    });
    this.cursor = this.lanes.appendChild(make("div", "vp-cursor"));
    this.readout = this.root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.channel = 0;
    /** @type {PairOfVectors | null} */
    this.pair = null;
    /** @type {Words} */
    this.words = {};
    this.resizing = new ResizeObserver(() => this.read());
    this.resizing.observe(this.lanes);
    this.lanes.addEventListener("pointermove", (event) => this.onPoint(event));
    this.lanes.addEventListener("keydown", (event) => this.onKey(event));
  }

  /**
   * @param {PairOfVectors} pair
   * @param {string[]} names
   * @param {Words} words
   * @param {Record<string, Uint32Array>} colours
   */
  update(pair, names, words, colours) {
    this.pair = pair;
    this.words = words;
    const [a, b] = pair.lengths;
    this.formula.textContent = Number.isNaN(pair.cosine)
      ? words.no_position
      : `cos(e_i, e_j) = e_i\u00b7e_j / (|e_i| |e_j|) = ${number(pair.dot)} / (${number(a)} \u00b7 ${number(b)}) = ${cosineText(pair.cosine).trim()}`;
    const top = Math.max(largest(pair.first), largest(pair.second));
    this.draw(0, `e_i  ${names[0]}`, pair.first, top, colours.position);
    this.draw(1, `e_j  ${names[1]}`, pair.second, top, colours.position);
    this.draw(2, words.share, pair.shares, largest(pair.shares), colours.activation);
    this.lanes.setAttribute("aria-label", words.lanes_label);
    this.read();
  }

  /**
   * @param {number} row
   * @param {string} label
   * @param {ArrayLike<number>} values
   * @param {number} top
   * @param {Uint32Array} colours
   */
  draw(row, label, values, top, colours) {
    const lane = this.rows[row];
    lane.label.textContent = label;
    lane.top.textContent = `\u00b1${number(top)}`;
    lane.cells.draw(values, 0, 1, values.length, new SignedShades(colours, top));
  }

  /** @param {PointerEvent} event */
  onPoint(event) {
    if (!this.pair) return;
    const box = this.rows[0].canvas.getBoundingClientRect();
    this.move(Math.floor(((event.clientX - box.left) / box.width) * this.pair.first.length));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(this.channel + step);
  }

  /** @param {number} channel */
  move(channel) {
    if (!this.pair) return;
    this.channel = Math.min(this.pair.first.length - 1, Math.max(0, channel));
    this.read();
  }

  read() {
    if (!this.pair) return;
    const { first, second, shares, lengths } = this.pair;
    const c = Math.min(this.channel, first.length - 1);
    const { canvas } = this.rows[0];
    this.cursor.style.left = `${canvas.offsetLeft + ((c + 0.5) / first.length) * canvas.offsetWidth}px`;
    const made = Number.isNaN(shares[c]) ? "" : ` / ${number(lengths[0] * lengths[1])} = ${number(shares[c])}`;
    this.readout.textContent = `${this.words.channel} ${c}:  ${number(first[c])} \u00b7 ${number(second[c])}${made}`;
  }

  destroy() {
    this.resizing.disconnect();
    this.root.remove();
  }
}

/** @param {Iterable<number>} values */
function largest(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
