// One matrix of scores, aircraft by airports, and every loss of it: a cell, its row and the whole opened, the draw shown.
import { cssColour } from "../../../web/shared/colours.js";
import { button, segments, slider } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { fixed as digits, number } from "../../../web/shared/format.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { lines } from "./attention_lines.js";
import { Grid } from "./grid.js";
import { openedCell } from "./opened_cell.js";

/** @import { Choice, LossName, RecommendationData, ScoreMatrix, Shown } from "./types.d.ts" */
/** @import { Section } from "./view.js" */

/** @type {LossName[]} */
export const LOSSES = ["binary_cross_entropy", "bpr", "top1", "bpr_max", "cross_entropy"];
/** @type {Choice["others"][]} */
const OTHERS = ["drawn", "batch", "all"];
const SEEDS = 1_000_000;

/** @implements {Section} */
export class LossesSection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.root = make("div", "vr-losses");
    this.which = this.root.appendChild(make("div", "vr-row"));
    this.source = this.root.appendChild(make("div", "vr-row"));
    this.title = this.root.appendChild(make("div", "vr-title"));
    this.grid = new Grid(this.root.appendChild(make("div")), (row, column) => choose({ case: row, column }));
    this.read = this.root.appendChild(make("div", "vv-readout"));
    this.opened = this.root.appendChild(make("div", "vr-opened vr-three"));
    const scroll = this.root.appendChild(make("div", "vr-wide"));
    scroll.tabIndex = 0;
    this.total = scroll.appendChild(make("table", "vr-table"));
    this.pool = this.root.appendChild(make("div", "vr-pool-box"));
    this.spoken = "";
    /** @type {Choice | null} */
    this.choice = null;
  }

  /** @param {RecommendationData} data */
  speak({ words }) {
    if (this.spoken === words.loss) return;
    this.spoken = words.loss;
    this.which.replaceChildren(make("span", "vr-quiet", words.loss));
    const names = LOSSES.map((name) => words[`loss_${name}`]);
    this.losses = segments(this.which, words.loss, names, (i) => this.choose({ loss: LOSSES[i] }));
    this.source.replaceChildren(make("span", "vr-quiet", words.others));
    const sources = OTHERS.map((name) => words[`others_${name}`]);
    this.others = segments(this.source, words.others, sources, (i) => this.choose({ others: OTHERS[i], column: -1 }));
    this.count = slider(this.source, words.count, (at) => this.choose({ count: at + 1, column: -1 }), "vr-slider");
    const again = () => this.choose({ seed: ((this.choice?.seed ?? 0) + 1) % SEEDS, column: -1 });
    this.again = button(this.source, words.draw_again, again, "vv-tool");
    this.seed = this.source.appendChild(make("span", "vr-quiet"));
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { data, choice, tables } = shown;
    const { matrix, fixed, words } = data;
    this.speak(data);
    this.choice = choice;
    this.losses?.set(LOSSES.indexOf(choice.loss));
    this.others?.set(OTHERS.indexOf(choice.others));
    const drawing = choice.others === "drawn";
    if (this.count) {
      this.count.root.hidden = !drawing;
      this.count.set(choice.count - 1, 4, String(choice.count));
    }
    if (this.again) this.again.hidden = !drawing;
    if (this.seed) write(this.seed, drawing ? filled(words.seed, { seed: choice.seed }) : "");
    if (!matrix) return;
    const stale = matrix.source !== choice.others || matrix.aircraft[0] !== choice.aircraft;
    this.grid.root.classList.toggle("vr-waiting", stale);
    const columns = matrix.items.length;
    const row = Math.min(choice.case, matrix.aircraft.length - 1);
    const column = columnOf(matrix, row, choice.column);
    const many = columns > 40;
    const title = { loss: words[`loss_${choice.loss}`], rows: matrix.aircraft.length, columns };
    write(this.title, filled(words.matrix_title, title));
    const high = Math.max(...matrix.scores.map(Math.abs));
    const names = Array.from(matrix.items, (item) => fixed.codes[item - 1]);
    this.grid.draw({
      rows: matrix.aircraft.map(String),
      columns: names,
      label: words.matrix_help,
      many,
      chosen: [row, column],
      cell: (i, j) => {
        const score = matrix.scores[i * columns + j];
        const level = 127.5 + (127.5 * score) / high;
        const counts = matrix.others[i * columns + j] === 1;
        const own = matrix.own[i] === j;
        return {
          text: many ? "" : digits(score, 2),
          colour: counts || own ? cssColour(tables.difference, level) : "transparent",
          light: counts || own ? isLight(tables.difference, level) : null,
          kind: own ? "vr-cell-true" : counts ? "" : "vr-cell-out",
        };
      },
      over: (i, j) => write(this.read, this.says(shown, matrix, i, j)),
    });
    write(this.read, this.says(shown, matrix, row, column));
    openedCell(this.opened, shown, matrix, row, column);
    this.totals(shown, matrix);
    this.draws(shown, matrix, row);
  }

  /**
   * A cell in one line.
   * @param {Shown} shown
   * @param {ScoreMatrix} matrix
   * @param {number} row
   * @param {number} column
   */
  says({ data: { words, fixed }, choice }, matrix, row, column) {
    const at = row * matrix.items.length + column;
    const kind = matrix.own[row] === column ? "own" : matrix.others[at] ? "other" : "out";
    const term = kind === "own" ? matrix.losses[choice.loss].own[row] : matrix.losses[choice.loss].cells[at];
    const values = { aircraft: matrix.aircraft[row], code: fixed.codes[matrix.items[column] - 1] };
    const text = Number.isNaN(term) ? "" : ` ${filled(words.cell_term, { term: number(term) })}`;
    return filled(words[`cell_${kind}`], { ...values, score: matrix.scores[at] }) + text;
  }

  /**
   * All losses of the matrix side by side, row by row.
   * @param {Shown} shown
   * @param {ScoreMatrix} matrix
   */
  totals({ data: { words }, choice }, matrix) {
    const head = make("tr");
    head.append(make("th", "", words.aircraft), ...LOSSES.map((name) => make("th", "", words[`loss_${name}`])));
    const rows = matrix.aircraft.map((aircraft, i) => {
      const line = make("tr", i === choice.case ? "vr-now" : "");
      const cells = LOSSES.map((name) => make("td", "", digits(matrix.losses[name].rows[i], 3)));
      line.append(make("td", "", aircraft), ...cells);
      return line;
    });
    const divided = make("tr");
    const divisors = LOSSES.map((name) =>
      make("td", "", filled(words.divided, { divisor: matrix.losses[name].divisor })),
    );
    divided.append(make("td", "", words.divided_by), ...divisors);
    const total = make("tr", "vr-now");
    total.append(
      make("td", "", words.whole_loss),
      ...LOSSES.map((name) => make("td", "", digits(matrix.losses[name].total, 3))),
    );
    this.total.replaceChildren(head, ...rows, divided, total);
  }

  /**
   * What was drawn for an aircraft, and from what.
   * @param {Shown} shown
   * @param {ScoreMatrix} matrix
   * @param {number} row
   */
  draws({ data: { words, fixed } }, matrix, row) {
    const count = matrix.drawn.length / matrix.aircraft.length;
    this.pool.hidden = !count;
    if (!count) return;
    const airports = fixed.codes.length;
    const visited = matrix.visited.subarray(row * airports, (row + 1) * airports);
    const drawn = Array.from(matrix.drawn.subarray(row * count, (row + 1) * count));
    const came = matrix.items[matrix.own[row]];
    const chips = fixed.codes.map((code, i) => {
      const turn = drawn.indexOf(i + 1);
      const kind = turn >= 0 ? " vr-drawn" : i + 1 === came ? " vr-came-chip" : visited[i] ? " vr-visited" : "";
      return make("span", `vr-airport${kind}`, turn >= 0 ? `${code} ${turn + 1}` : code);
    });
    const never = fixed.codes.filter((_, i) => !visited[i] && i + 1 !== came).length;
    const values = { aircraft: matrix.aircraft[row], never, count, chance: 1 / never, came: fixed.codes[came - 1] };
    const box = make("div", "vr-pool");
    box.append(...chips);
    const help = make("div");
    setBold(help, filled(words.pool_help, values));
    this.pool.replaceChildren(...lines(words, ["pool_title"], values), box, help);
  }

  /** @param {Shown} shown */
  figures({ data: { matrix, words }, choice }) {
    if (!matrix) return [];
    const shape = [matrix.aircraft.length, matrix.items.length];
    const loss = matrix.losses[choice.loss];
    const arrays = {
      scores: { values: matrix.scores, shape },
      counted: { values: matrix.others, shape },
      items: { values: matrix.items },
      own: { values: matrix.own },
      terms: { values: loss.cells, shape },
      rows: { values: loss.rows },
    };
    const table = {
      aircraft: matrix.aircraft,
      ...Object.fromEntries(LOSSES.map((name) => [name, matrix.losses[name].rows])),
    };
    return [
      { name: words.matrix_name, element: this.grid.root, arrays },
      { name: words.losses_name, element: this.total, table },
    ];
  }

  destroy() {
    this.grid.destroy();
  }
}

/**
 * The chosen column: the one with the airport's id - 1 `airport`, else the first that counts as not having come.
 * @param {ScoreMatrix} matrix
 * @param {number} row
 * @param {number} column
 */
function columnOf(matrix, row, column) {
  const columns = matrix.items.length;
  if (column >= 0 && column < columns) return column;
  const first = matrix.others.subarray(row * columns, (row + 1) * columns).indexOf(1);
  return Math.max(0, first);
}

/**
 * Whether dark text is read on a level of a table.
 * @param {Uint8Array} table
 * @param {number} level
 */
function isLight(table, level) {
  const at = 3 * Math.max(0, Math.min(255, Math.round(level)));
  // The relative luminance of WCAG 2; above 0.179 black has more contrast than white.
  const [red, green, blue] = Array.from(table.subarray(at, at + 3), (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
