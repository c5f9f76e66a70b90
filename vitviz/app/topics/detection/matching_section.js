// Which query answers for which thing: the costs, the assignment, one cost taken apart, and the loss that follows.
import { make } from "../../../web/shared/dom.js";
import { fixed } from "../../../web/shared/format.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { cheapest, overlap, saidBy } from "./maths.js";
import { Matrix, shade } from "./matrix.js";

/** @import { Choice } from "./types.d.ts" */
/** @import { Section, Shown } from "./view.js" */

/** @implements {Section} */
export class MatchingSection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.root = make("div");
    this.title = this.root.appendChild(make("div", "vd-title"));
    this.both = this.root.appendChild(make("div", "vd-pair"));
    this.matrix = new Matrix(this.both.appendChild(make("div")), (query, thing) => choose({ query, thing }));
    this.opened = this.both.appendChild(make("div", "vd-opened"));
    const below = this.root.appendChild(make("div", "vd-pair"));
    this.greedy = below.appendChild(make("div", "vd-found"));
    const losses = below.appendChild(make("div"));
    this.loss = losses.appendChild(make("table", "vd-table"));
    this.total = losses.appendChild(make("div"));
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { data, answer, choice, colours, kindName } = shown;
    const { words, sizes } = data;
    const things = answer.truth.labels.length;
    this.title.textContent = filled(words.costs, { layer: choice.layer });
    this.both.hidden = !things;
    if (!things) {
      this.greedy.textContent = words.no_things;
      this.losses(shown);
      return;
    }
    const { ofClass, ofL1, ofGiou, query: matched } = answer.matching;
    const first = choice.layer * sizes.queries * things;
    const costs = ofClass.map((cost, i) => cost + ofL1[i] + ofGiou[i]);
    const own = costs.subarray(first, first + sizes.queries * things);
    const [low, high] = [Math.min(...own), Math.max(...own)];
    const best = Array.from({ length: things }, (_, each) => cheapest(costs, first, sizes.queries, things, each));
    const given = Array.from({ length: things }, (_, each) => matched[choice.layer * things + each]);
    const ofQuery = own.subarray(choice.query * things, (choice.query + 1) * things);
    const thing = choice.thing < 0 ? ofQuery.indexOf(Math.min(...ofQuery)) : Math.min(choice.thing, things - 1);
    this.matrix.draw({
      rows: Array.from({ length: sizes.queries }, (_, query) => String(query)),
      columns: answer.truth.labels.map((kind, i) => `${answer.truth.things[i]} ${kindName(kind)}`),
      label: words.costs_help,
      chosen: [choice.query, thing],
      cell: (row, column) => {
        const cost = own[row * things + column];
        const marks = { framed: given[column] === row, dotted: best[column] === row };
        return { text: fixed(cost, 2), ...shade(colours.attention, (high - cost) / (high - low || 1)), ...marks };
      },
    });
    this.open(shown, thing);
    this.compare(shown, given, best);
    this.losses(shown);
  }

  /**
   * The chosen cell down to its terms.
   * @param {Shown} shown
   * @param {number} thing
   */
  open({ data, answer, choice, kindName }, thing) {
    const { words, sizes } = data;
    const { labels, things, boxes } = answer.truth;
    const [ofClass, ofL1, ofGiou] = answer.matching.weights;
    const said = saidBy(answer, sizes, choice.layer, choice.query);
    const truth = boxes.subarray(4 * thing, 4 * thing + 4);
    const at = (choice.layer * sizes.queries + choice.query) * (sizes.classes + 1) + labels[thing];
    const p = answer.probabilities[at];
    const apart = ["x", "y", "w", "h"].map((_, i) => Math.abs(said.box[i] - truth[i]));
    const l1 = apart.reduce((sum, value) => sum + value, 0);
    const { both, union, around, iou, giou } = overlap(said.box, truth);
    const kind = kindName(labels[thing]);
    const values = {
      kind,
      p,
      thing: things[thing],
      query: choice.query,
      ofClass,
      ofL1,
      ofGiou,
      l1,
      both,
      union,
      around,
    };
    const more = { x: apart[0], y: apart[1], w: apart[2], h: apart[3], iou, giou };
    const costs = { class: -ofClass * p, far: ofL1 * l1, over: -ofGiou * giou };
    const all = { ...values, ...more, ...costs, sum: costs.class + costs.far + costs.over };
    const lines = ["open_title", "open_class", "open_l1", "open_giou", "open_sum"].map((name) => {
      const line = make("div", name === "open_title" ? "vd-title" : "vv-mono");
      setBold(line, filled(words[name], all));
      return line;
    });
    this.opened.replaceChildren(...lines);
  }

  /**
   * Whether the cheapest query of each thing alone would do.
   * @param {Shown} shown
   * @param {number[]} given
   * @param {number[]} best
   */
  compare({ data: { words }, answer: { truth }, kindName }, given, best) {
    const name = (/** @type {number} */ i) => `${truth.things[i]} ${kindName(truth.labels[i])}`;
    const contested = best.map((query, i) => ({ query, i })).filter(({ query, i }) => query !== given[i]);
    if (!contested.length) {
      setBold(this.greedy, words.greedy_same);
      return;
    }
    const { query, i } = contested[0];
    const other = given.indexOf(query);
    const values = { thing: name(i), query, given: given[i], other: other < 0 ? "" : name(other) };
    setBold(this.greedy, filled(words.greedy_other, values));
  }

  /**
   * The loss of every layer, term by term.
   * @param {Shown} shown
   */
  losses({ data: { words, sizes }, answer: { matching }, choice }) {
    const [, ofL1, ofGiou] = matching.weights;
    const head = make("tr");
    const names = [
      words.layer_short,
      words.loss_class,
      filled(words.loss_l1, { ofL1 }),
      filled(words.loss_giou, { ofGiou }),
      words.loss_sum,
    ];
    head.append(...names.map((text) => make("th", "", text)));
    const rows = Array.from({ length: sizes.layers }, (_, layer) => {
      const [kind, l1, giou] = matching.losses.subarray(3 * layer, 3 * layer + 3);
      const row = make("tr", layer === choice.layer ? "vd-now" : "");
      const cells = [kind, ofL1 * l1, ofGiou * giou, kind + ofL1 * l1 + ofGiou * giou];
      row.append(make("td", "", layer), ...cells.map((value) => make("td", "", fixed(value, 3))));
      return row;
    });
    this.loss.replaceChildren(head, ...rows);
    setBold(this.total, filled(words.loss_total, { total: matching.total }));
  }

  /** @param {Shown} shown */
  figures({ data, answer: { matching, truth } }) {
    const { words, sizes } = data;
    const things = truth.labels.length;
    const shape = [sizes.layers, sizes.queries, things];
    const { ofClass, ofL1, ofGiou, losses, query } = matching;
    const arrays = {
      cost_class: { values: ofClass, shape },
      cost_l1: { values: ofL1, shape },
      cost_giou: { values: ofGiou, shape },
      query_of_thing: { values: query, shape: [sizes.layers, things] },
    };
    const table = {
      layer: Array.from({ length: sizes.layers }, (_, layer) => layer),
      ...Object.fromEntries(["class", "l1", "giou"].map((name, i) => [name, losses.filter((_, at) => at % 3 === i)])),
    };
    const matrix = things ? [{ name: words.costs_name, element: this.both, arrays }] : [];
    return [...matrix, { name: words.loss_name, element: this.loss, table }];
  }

  destroy() {
    this.matrix.destroy();
  }
}
