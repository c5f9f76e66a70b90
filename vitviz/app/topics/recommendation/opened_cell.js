// One cell of the matrix of scores, its row and the whole loss, as formulas with the numbers in them.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";
import { lines } from "./attention_lines.js";
import { sigmoid } from "./maths.js";

/** @import { ScoreMatrix, Shown } from "./types.d.ts" */

const MOST = 8; // addends that a sum is written with

/**
 * @param {HTMLElement} root
 * @param {Shown} shown
 * @param {ScoreMatrix} matrix
 * @param {number} row
 * @param {number} column
 */
export function openedCell(root, { data: { words, fixed }, choice }, matrix, row, column) {
  const { loss } = choice;
  const made = matrix.losses[loss];
  const columns = matrix.items.length;
  const first = row * columns;
  const at = first + column;
  const own = matrix.own[row];
  const [mine, score] = [matrix.scores[first + own], matrix.scores[at]];
  const counted = Array.from({ length: columns }, (_, j) => j).filter((j) => matrix.others[first + j]);
  const among = loss === "cross_entropy" ? [own, ...counted] : counted;
  const top = Math.max(...among.map((j) => matrix.scores[first + j]));
  const terms = counted.map((j) => made.cells[first + j]);
  const won = terms.reduce((sum, term) => sum + term, 0);
  const pull = counted.reduce((sum, j) => sum + (made.share[first + j] || 0) * matrix.scores[first + j] ** 2, 0);
  const values = {
    ...{ code: fixed.codes[matrix.items[column] - 1], own: fixed.codes[matrix.items[own] - 1], top, mine, score },
    ...{ aircraft: matrix.aircraft[row], cell: made.cells[at], ofOwn: made.own[row], share: made.share[at] },
    ...{ lead: mine - score, sigma: sigmoid(mine - score), behind: sigmoid(score - mine), square: sigmoid(score ** 2) },
    ...{
      terms: sum(terms),
      sum: won,
      all: won + made.own[row],
      count: counted.length,
      mean: won / counted.length,
      pull,
    },
    ...{ row: made.rows[row], total: made.total, divisor: made.divisor, rows: sum(Array.from(made.rows)) },
    ...{ log: -Math.log(won), no: sigmoid(-score), yes: sigmoid(mine) },
  };
  const kind = column === own ? "own" : matrix.others[at] ? "cell" : "out";
  const boxes = [
    kind === "out"
      ? [make("div", "vr-title", filled(words.open_out, values))]
      : lines(words, [`open_${kind}`, `open_${kind}_${loss}`], values),
    lines(words, ["open_row", `open_row_${loss}`], values),
    lines(words, ["open_total", "open_total_sum"], values),
  ];
  root.replaceChildren(
    ...boxes.map((box) => {
      const part = make("div");
      part.append(...box);
      return part;
    }),
  );
}

/**
 * Addends as text; of many the first ones and how many more there are.
 * @param {number[]} terms
 */
function sum(terms) {
  const written = terms.slice(0, MOST).map((term) => number(term));
  const more = terms.length > MOST ? ` + \u2026 (${terms.length - MOST})` : "";
  return written.join(" + ") + more;
}
