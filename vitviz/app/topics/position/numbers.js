// The numbers behind one tile: the patches most and least alike, the means, and one cosine opened into its channels.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { Cells } from "../../../web/shared/shades.js";
import { extremes, means } from "./cosines.js";
import { SignedShades } from "./shades.js";

const MOST = 5;
const LEAST = 3;
export const cosine = (value) =>
  Number.isNaN(value) ? "\u2013" : `${value < 0 ? "\u2212" : "\u2007"}${Math.abs(value).toFixed(4)}`;

/** What a token is called: a prefix token's name, or a patch's place. */
export function nameOf(token, map, words) {
  const patch = token - map.prefix.length;
  return patch < 0 ? map.prefix[token] : `${words.patch} (${Math.floor(patch / map.columns)}, ${patch % map.columns})`;
}

export class Numbers {
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vp-numbers"));
  }

  show(query, values, map, words) {
    const first = map.prefix.length;
    const list = (title, tokens) => [
      [title],
      ...tokens.map((token) => [nameOf(token, map, words), cosine(values[token])]),
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
        rows.push([words[`mean_${group}`], cosine(value)]);
    }
    const table = make("table", "vp-table");
    for (const [name, value] of rows) {
      const row = table.appendChild(make("tr"));
      const head = row.appendChild(make(value === undefined ? "th" : "td", "", name));
      if (value === undefined) head.colSpan = 2;
      else row.append(make("td", "vv-mono", value));
    }
    this.root.replaceChildren(
      make("div", "vx-title", words.numbers.replace("{name}", nameOf(query, map, words))),
      table,
    );
  }
}

/** One cosine as a sum over channels: both embeddings and what each channel gives, on strips with one cursor. */
export class Pair {
  constructor(parent) {
    this.root = parent.appendChild(make("section", "vp-pair"));
    this.formula = this.root.appendChild(make("div", "vv-mono vp-formula"));
    this.lanes = this.root.appendChild(make("div", "vp-lanes"));
    this.lanes.tabIndex = 0;
    this.lanes.setAttribute("role", "application");
    this.rows = ["i", "j", "share"].map(() => {
      const row = this.lanes.appendChild(make("div", "vp-lane"));
      return {
        label: row.appendChild(make("span", "vv-mono")),
        cells: new Cells(row.appendChild(make("canvas"))),
        top: row.appendChild(make("span", "vv-mono vp-top")),
      };
    });
    this.cursor = this.lanes.appendChild(make("div", "vp-cursor"));
    this.readout = this.root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.channel = 0;
    new ResizeObserver(() => this.pair && this.read()).observe(this.lanes);
    this.lanes.addEventListener("pointermove", (event) => this.pointed(event));
    this.lanes.addEventListener("keydown", (event) => this.key(event));
  }

  show(pair, names, words, colours) {
    this.pair = pair;
    this.words = words;
    const [a, b] = pair.lengths;
    this.formula.textContent = Number.isNaN(pair.cosine)
      ? words.no_position
      : `cos(e_i, e_j) = e_i\u00b7e_j / (|e_i| |e_j|) = ${number(pair.dot)} / (${number(a)} \u00b7 ${number(b)}) = ${cosine(pair.cosine).trim()}`;
    const tops = [Math.max(top(pair.first), top(pair.second)), 0, top(pair.shares)];
    tops[1] = tops[0];
    const labels = [`e_i  ${names[0]}`, `e_j  ${names[1]}`, words.share];
    [pair.first, pair.second, pair.shares].forEach((values, i) => {
      const row = this.rows[i];
      row.label.textContent = labels[i];
      row.top.textContent = `\u00b1${number(tops[i])}`;
      row.cells.draw(
        values,
        0,
        1,
        values.length,
        new SignedShades(i < 2 ? colours.position : colours.activation, tops[i]),
      );
    });
    this.lanes.setAttribute("aria-label", words.lanes_label);
    this.read();
  }

  pointed(event) {
    const box = this.rows[0].cells.canvas.getBoundingClientRect();
    this.move(Math.floor(((event.clientX - box.left) / box.width) * this.pair.first.length));
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -10, ArrowDown: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(this.channel + step);
  }

  move(channel) {
    this.channel = Math.min(this.pair.first.length - 1, Math.max(0, channel));
    this.read();
  }

  read() {
    const { first, second, shares, lengths } = this.pair;
    const c = Math.min(this.channel, first.length - 1);
    const canvas = this.rows[0].cells.canvas;
    this.cursor.style.left = `${canvas.offsetLeft + ((c + 0.5) / first.length) * canvas.offsetWidth}px`;
    const made = Number.isNaN(shares[c]) ? "" : ` / ${number(lengths[0] * lengths[1])} = ${number(shares[c])}`;
    this.readout.textContent = `${this.words.channel} ${c}:  ${number(first[c])} \u00b7 ${number(second[c])}${made}`;
  }
}

function top(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}
