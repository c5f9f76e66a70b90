// Recall and MRR by hand: the ranks of ten aircraft's true next airports, and the figures of all aircraft beside them.
import { button, slider } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { fixed as digits, number } from "../../../web/shared/format.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { lines } from "./attention_lines.js";
import { Grid } from "./grid.js";
import { largestFirst, metrics } from "./maths.js";

/** @import { Choice, RecommendationData, Shown, Users } from "./types.d.ts" */
/** @import { Section } from "./view.js" */

const MOST = 20;
const SEEDS = 1_000_000;
const MODELS = 2; // the recommenders that have learned; those after them only count
const NOISE = 2; // standard errors

/** @implements {Section} */
export class RankingSection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.root = make("div", "vr-ranking");
    this.row = this.root.appendChild(make("div", "vr-row"));
    this.title = this.root.appendChild(make("div", "vr-title"));
    const body = this.root.appendChild(make("div", "vr-body"));
    this.grid = new Grid(body.appendChild(make("div")), (user, rule) => choose({ user, rule }));
    this.list = body.appendChild(make("div", "vr-ordered"));
    this.sums = this.root.appendChild(make("div", "vr-opened vr-two"));
    this.whole = this.root.appendChild(make("div", "vr-whole"));
    this.spoken = "";
    this.seed = 0;
  }

  /** @param {RecommendationData} data */
  speak({ words }) {
    if (this.spoken === words.k) return;
    this.spoken = words.k;
    this.row.replaceChildren();
    this.k = slider(this.row, words.k, (at) => this.choose({ k: at + 1 }), "vr-slider");
    button(this.row, words.ten_others, () => this.choose({ users: (this.seed + 1) % SEEDS }), "vv-tool");
    this.drawn = this.row.appendChild(make("span", "vr-quiet"));
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { data, choice } = shown;
    const { users, words, fixed } = data;
    this.speak(data);
    this.seed = choice.users;
    this.k?.set(choice.k - 1, MOST - 1, String(choice.k));
    if (this.drawn) write(this.drawn, filled(words.seed, { seed: choice.users }));
    if (!users) return;
    const names = users.names.map((name) => words[`rule_${name.replaceAll(" ", "_")}`] ?? name);
    const count = users.aircraft.length;
    write(this.title, filled(words.ranks_title, { k: choice.k }));
    this.grid.draw({
      rows: users.aircraft.map((aircraft, i) => `${aircraft} \u2192 ${fixed.codes[users.came[i] - 1]}`),
      columns: names,
      label: words.ranks_help,
      many: false,
      chosen: [choice.user, choice.rule],
      cell: (user, rule) => {
        const rank = users.ranks[rule * count + user];
        const within = rank <= choice.k;
        return { text: rankText(rank), colour: "", light: null, kind: within ? "vr-hit-cell" : "vr-miss-cell" };
      },
      over: () => {},
    });
    this.order(shown, users, names);
    this.metrics(shown, users, names);
    this.all(shown, users, names);
  }

  /**
   * The airports in the order of one recommender, for one aircraft.
   * @param {Shown} shown
   * @param {Users} users
   * @param {string[]} names
   */
  order({ data: { words, fixed }, choice }, users, names) {
    const { user, rule, k } = choice;
    const airports = fixed.codes.length;
    const first = (rule * users.aircraft.length + user) * airports;
    const scores = users.scores.subarray(first, first + airports);
    const came = users.came[user] - 1;
    const order = largestFirst(scores, Math.max(k, 10));
    const rank = users.ranks[rule * users.aircraft.length + user];
    const values = {
      ...{ name: names[rule], aircraft: users.aircraft[user], flights: users.flights[user], rank: rankText(rank), k },
      ...{ last: fixed.codes[users.last[user] - 1], came: fixed.codes[came] },
    };
    const items = order.map((airport, i) => {
      const text = `${i + 1}. ${fixed.codes[airport]}  ${number(scores[airport])}`;
      return make("span", `vr-ranked${airport === came ? " vr-true" : ""}${i < k ? "" : " vr-behind"}`, text);
    });
    const box = make("div", "vr-ranked-list");
    box.append(...items);
    const made = this.counted(words, users, values, user, rule, came, scores[came], airports);
    this.list.replaceChildren(...lines(words, ["order_title"], values), box, ...made);
  }

  /**
   * What a rule counted for the airport that came next.
   * @param {Record<string, string>} words
   * @param {Users} users
   * @param {Record<string, string | number>} values
   * @param {number} user
   * @param {number} rule
   * @param {number} came from 0
   * @param {number} score
   * @param {number} airports
   */
  counted(words, users, values, user, rule, came, score, airports) {
    if (rule < MODELS) return lines(words, ["order_model", "order_rank"], values);
    const row = users.followed.subarray(user * airports, (user + 1) * airports);
    const all = row.reduce((sum, each) => sum + each, 0);
    const own = users.own[user * airports + came];
    const counted = {
      times: users.popular[came],
      after: row[came],
      all,
      share: row[came] / Math.max(all, 1),
      own,
      score,
    };
    const name = users.names[rule].replaceAll(" ", "_");
    return lines(words, ["order_rule", `order_${name}`, "order_rank"], { ...values, ...counted });
  }

  /**
   * @param {Shown} shown
   * @param {Users} users
   * @param {string[]} names
   */
  metrics({ data: { words }, choice }, users, names) {
    const count = users.aircraft.length;
    const ranks = users.ranks.subarray(choice.rule * count, (choice.rule + 1) * count);
    const { within, reciprocal, recall, mrr } = metrics(ranks, choice.k);
    const hits = within.filter(Boolean).length;
    const fractions = Array.from(ranks, (rank, i) => (within[i] ? `1/${rankText(rank)}` : "0")).join(" + ");
    const values = {
      ...{ name: names[choice.rule], k: choice.k, count, hits, recall, mrr, fractions },
      ones: within.map(Number).join(" + "),
      sum: reciprocal.reduce((all, each) => all + each, 0),
    };
    const boxes = [
      ["recall_title", "recall_sum"],
      ["mrr_title", "mrr_sum"],
    ].map((pair) => {
      const box = make("div");
      box.append(...lines(words, pair, values));
      return box;
    });
    this.sums.replaceChildren(...boxes);
  }

  /**
   * The figures of the cards, and how far apart they are beside chance.
   * @param {Shown} shown
   * @param {Users} users
   * @param {string[]} names
   */
  all({ data: { words } }, users, names) {
    const { rows, figures } = users.whole;
    const head = make("tr");
    head.append(
      ...[words.recommender, "recall@1", "recall@5", "recall@10", "MRR@20"].map((text) => make("th", "", text)),
    );
    const body = users.names.map((name, i) => {
      const line = make("tr");
      line.append(make("td", "", names[i]), ...figures[name].map((value) => make("td", "", digits(value, 3))));
      return line;
    });
    const table = make("table", "vr-table");
    table.append(head, ...body);
    const [attention, recurrent] = [figures.SASRec[2], figures.GRU4Rec[2]];
    const best = users.names.slice(MODELS).reduce((one, other) => (figures[other][2] > figures[one][2] ? other : one));
    const error = Math.sqrt((attention * (1 - attention)) / rows);
    const gap = attention - recurrent;
    const values = {
      rows,
      attention,
      recurrent,
      best: figures[best][2],
      error,
      gap,
      rule: names[users.names.indexOf(best)],
    };
    const verdict = make("p");
    const near = Math.abs(gap) < NOISE * error;
    setBold(verdict, filled(near ? words.verdict_same : words.verdict_apart, values));
    this.table = table;
    const scroll = make("div", "vr-wide");
    scroll.tabIndex = 0;
    scroll.append(table);
    this.whole.replaceChildren(...lines(words, ["whole_title"], values), scroll, verdict);
  }

  /** @param {Shown} shown */
  figures({ data: { users, words, fixed } }) {
    if (!users) return [];
    const count = users.aircraft.length;
    const ranks = users.names.map((name, i) => [name, users.ranks.subarray(i * count, (i + 1) * count)]);
    const own = { aircraft: users.aircraft, next: users.came.map((item) => fixed.codes[item - 1]) };
    const { figures } = users.whole;
    const kinds = ["recall@1", "recall@5", "recall@10", "MRR@20"];
    const whole = {
      recommender: users.names,
      ...Object.fromEntries(kinds.map((kind, i) => [kind, users.names.map((name) => figures[name][i])])),
    };
    return [
      { name: words.ranks_name, element: this.grid.root, table: { ...own, ...Object.fromEntries(ranks) } },
      { name: words.whole_name, element: this.table, table: whole },
    ];
  }

  destroy() {
    this.grid.destroy();
  }
}

/**
 * A rank, which is between two places where scores are equal.
 * @param {number} rank
 */
const rankText = (rank) => (Number.isInteger(rank) ? String(rank) : digits(rank, 1));
