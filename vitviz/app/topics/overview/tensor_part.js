// One tensor: what it spans, its values as tiles, and where the chosen token stands in them.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { sentFigure } from "../../../web/shared/save_figure.js";

/** @import { Scale } from "../../../web/shared/types.js" */
/**
 * A place in some tiles (all, where `tiles` is null): what it covers of a tile's height and width, as shares.
 * @typedef {{ tiles: number[] | null, top: number, height: number, left: number, width: number }} Mark
 */
/**
 * A tensor as `count` tiles of rows x columns values; a value may be the mean of `pooled` rows x columns.
 * @typedef {{ title: string, facts: [string, string][], index: [string, string] | null,
 *   histogram: { counts: number[], low: number, high: number }, values: Float32Array, count: number, rows: number,
 *   columns: number, perRow: number, labels: string[], axes: [string, string], pooled: [number, number], scale: Scale,
 *   low: number, high: number, note: string, mark: Mark | null }} Tensor
 */
/** @typedef {{ tensor: Tensor, words: Record<string, string> }} Data */

const THINNEST = 24; // a tile is at most that many times wider than high

class TensorPart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root.appendChild(make("div", "vv-tensor"));
    /** @type {Tensor | null} */
    this.tensor = null;
  }

  /** @param {Data} data */
  update({ tensor, words }) {
    this.tensor = tensor;
    const facts = make("dl", "vv-facts");
    for (const [term, text] of tensor.facts) facts.append(make("dt", "", term), make("dd", "vv-mono", text));
    if (tensor.index) {
      const [term, text] = tensor.index;
      facts.append(make("dt", "vv-at", term), make("dd", "vv-mono vv-at", text));
    }
    const readout = make("div", "vv-readout", words.help);
    readout.setAttribute("role", "status");
    const dark = isDark(this.root);
    const table = colourTable(tensor.scale, dark);
    const tiles = make("div", "vv-tensor-tiles");
    tiles.style.setProperty("--tiles", String(Math.min(tensor.count, tensor.perRow)));
    tiles.style.setProperty("--down", String(Math.ceil(tensor.count / tensor.perRow)));
    for (let i = 0; i < tensor.count; i++) tiles.append(tile(tensor, table, i, readout, words));
    const [summary, values, body] = [make("div"), make("div"), make("div", "vv-tensor-body")];
    summary.append(facts, histogram(tensor.histogram));
    values.append(tiles, readout, colourBar(tensor.scale, dark, tensor.low, tensor.high, tensor.note));
    body.append(summary, values);
    this.root.replaceChildren(make("h4", "", tensor.title), body);
  }

  /** The tensor with its histogram. */
  figures() {
    const { tensor } = this;
    if (!tensor) return [];
    const { counts, low, high } = tensor.histogram;
    const edge = (/** @type {number} */ i) => low + ((high - low) * i) / counts.length;
    const table = { from: counts.map((_, i) => edge(i)), to: counts.map((_, i) => edge(i + 1)), count: counts };
    return [{ ...sentFigure(this.root, { values: tensor.values }, tensor.title), table }];
  }

  destroy() {
    this.root.remove();
  }
}

/**
 * @param {Tensor} tensor
 * @param {Uint8Array} table
 * @param {number} index
 * @param {HTMLElement} readout
 * @param {Record<string, string>} words
 */
function tile(tensor, table, index, readout, words) {
  const { rows, columns, values, axes, pooled, labels, low, high, title, mark } = tensor;
  const box = make("div", "vv-tile");
  const canvas = box.appendChild(make("canvas"));
  paint(canvas, values, index * rows * columns, rows, columns, table, low, high);
  box.style.aspectRatio = `${columns} / ${Math.max(rows, columns / THINNEST)}`;
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
  if (mark && (mark.tiles?.includes(index) ?? true)) box.append(markOf(mark));
  return box;
}

/** @param {Mark} mark */
function markOf({ top, height, left, width }) {
  const frame = make("div", "vv-mark");
  Object.assign(frame.style, {
    top: `${100 * top}%`,
    height: `${100 * height}%`,
    left: `${100 * left}%`,
    width: `${100 * width}%`,
  });
  return frame;
}

/** @param {Tensor["histogram"]} histogram */
function histogram({ counts, low, high }) {
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

/** @param {HTMLElement} element */
export function mount(element) {
  return new TensorPart(element);
}
