// The queries among themselves: who looks at whom, what happens where that is cut, and why nothing happens in layer 0.
import { button, segments } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { allSaid, doubles, meanOf, moved } from "./maths.js";
import { Matrix, shade } from "./matrix.js";

/** @import { Choice } from "./types.d.ts" */
/** @import { Section, Shown } from "./view.js" */

/** @implements {Section} */
export class AmongSection {
  /**
   * @param {(part: Partial<Choice>) => void} choose
   * @param {(text: string) => void} open shows another scene
   */
  constructor(choose, open) {
    this.choose = choose;
    this.open = open;
    this.root = make("div");
    this.cuts = this.root.appendChild(make("div", "vd-cuts"));
    this.found = this.root.appendChild(make("div", "vd-found"));
    this.found.setAttribute("role", "status");
    this.pages = this.root.appendChild(make("div", "vd-cuts"));
    this.heads = this.root.appendChild(make("div", "vd-cuts"));
    const both = this.root.appendChild(make("div", "vd-pair"));
    this.frame = both.appendChild(make("div", "vd-matrix-frame"));
    this.matrix = new Matrix(this.frame.appendChild(make("div", "vd-square")), (query) => choose({ query }));
    this.read = this.frame.appendChild(make("div", "vv-readout"));
    this.puzzle = both.appendChild(make("details", "vd-puzzle"));
    this.puzzle.open = false;
    this.spoken = "";
  }

  /**
   * The controls in the person's language.
   * @param {Shown} shown
   */
  speak({ data: { words, sizes, examples } }) {
    if (this.spoken === words.cut) return;
    this.spoken = words.cut;
    const layers = Array.from({ length: sizes.layers }, (_, layer) => String(layer));
    this.values = ["", ...layers, layers.join(",")];
    const names = [words.cut_none, ...layers.map((layer) => filled(words.cut_layer, { layer })), words.cut_all];
    this.cuts.replaceChildren(make("span", "vd-label", words.cut));
    this.cut = segments(this.cuts, words.cut, names, (index) => this.choose({ cut: this.values?.[index] ?? "" }));
    this.pages.replaceChildren(make("span", "vd-label", words.examples));
    for (const page of examples) button(this.pages, page, () => this.open(page), "vsc-button");
    const heads = [words.mean, ...Array.from({ length: sizes.heads }, (_, head) => String(head))];
    this.heads.replaceChildren(make("span", "vd-label", words.head));
    this.head = segments(this.heads, words.head, heads, (index) => this.choose({ head: index - 1 }));
  }

  /** @param {Shown} shown */
  draw(shown) {
    this.speak(shown);
    const { data, choice, colours } = shown;
    const { words, sizes } = data;
    this.cut?.set(this.values?.indexOf(choice.cut) ?? 0);
    this.head?.set(choice.head + 1);
    this.count(shown);
    const weights = weightsOf(shown);
    const names = Array.from({ length: sizes.queries }, (_, query) => String(query));
    const high = Math.max(...weights);
    this.matrix.draw({
      rows: names,
      columns: names,
      label: words.own_help,
      chosen: [choice.query, -1],
      cell: (row, column) => {
        const weight = weights[row * sizes.queries + column];
        return {
          text: weight >= 0.095 ? String(Math.round(100 * weight)) : "",
          ...shade(colours.attention, weight / high),
        };
      },
    });
    const read = filled(words.own_read, { query: choice.query, layer: choice.layer });
    this.read.textContent = choice.cut ? `${read}. ${words.own_uncut}` : read;
    this.explain(shown);
  }

  /**
   * How many doubles there are with and without the cut.
   * @param {Shown} shown
   */
  count({ data, answer, choice, kindName }) {
    const { words, sizes } = data;
    const before = allSaid(answer, sizes, choice.layer);
    const pairs = doubles(before, choice.threshold);
    const list = (/** @type {[number, number][]} */ found) =>
      found.map(([one, other]) => filled(words.pair, { one, other, kind: kindName(before[one].kind) })).join(", ") ||
      words.no_pair;
    if (!choice.cut || !answer.cut || answer.cut.layers.join(",") !== choice.cut) {
      setBold(this.found, filled(words.doubles, { count: pairs.length, pairs: list(pairs), layer: choice.layer }));
      return;
    }
    const after = allSaid(answer.cut, sizes, choice.layer);
    const cut = doubles(after, choice.threshold);
    const most = Math.max(...after.map(({ box }, query) => moved(before[query].box, box, answer.page.size)));
    const values = { before: pairs.length, after: cut.length, pairs: list(cut), layer: choice.layer, most };
    setBold(this.found, filled(words.doubles_cut, values));
  }

  /**
   * The puzzle of layer 0, with this run's numbers.
   * @param {Shown} shown
   */
  explain({ data: { words, sizes }, answer }) {
    const { spread, size, gap } = answer.constant;
    if (!this.puzzle.firstChild) this.puzzle.append(make("summary"), make("p"), make("table", "vd-table"), make("p"));
    const [question, why, table, proof] = /** @type {HTMLElement[]} */ ([...this.puzzle.children]);
    question.textContent = words.puzzle;
    setBold(why, words.puzzle_why);
    const head = make("tr");
    head.append(...[words.layer_short, words.puzzle_size, words.puzzle_spread].map((text) => make("th", "", text)));
    const rows = Array.from({ length: sizes.layers }, (_, layer) => {
      const row = make("tr");
      row.append(make("td", "", layer), make("td", "", number(size[layer])), make("td", "", number(spread[layer])));
      return row;
    });
    table.replaceChildren(head, ...rows);
    setBold(proof, filled(words.puzzle_proof, { gap: number(gap) }));
  }

  /** @param {Shown} shown */
  figures(shown) {
    const { data, choice } = shown;
    const { queries } = data.sizes;
    const arrays = { self_attention: { values: weightsOf(shown), shape: [queries, queries] } };
    const name = filled(data.words.own_read, { query: choice.query, layer: choice.layer });
    return [{ name, element: this.frame, arrays }];
  }

  destroy() {
    this.matrix.destroy();
  }
}

/**
 * Self-attention of the chosen layer, in one head or the mean of all: (Q, Q).
 * @param {Shown} shown
 */
function weightsOf({ data: { sizes }, answer, choice }) {
  const square = sizes.queries * sizes.queries;
  const first = choice.layer * sizes.heads * square;
  if (choice.head < 0) return meanOf(answer.own, first, sizes.heads, square);
  return answer.own.slice(first + choice.head * square, first + (choice.head + 1) * square);
}
