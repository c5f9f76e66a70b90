// Where each query's answers lie over many pages, and the doubles with and without self-attention.
import { make, svg } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { hueOf } from "./hues.js";

/** @import { Choice, HabitsData } from "./types.d.ts" */
/** @import { Section, Shown } from "./view.js" */

const DOT = 0.018; // of the side

/** @implements {Section} */
export class HabitsSection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.root = make("div");
    this.title = this.root.appendChild(make("div", "vd-title"));
    this.fields = this.root.appendChild(make("div", "vd-fields"));
    this.own = this.root.appendChild(make("div", "vd-found"));
    this.own.setAttribute("role", "status");
    this.cutNote = this.root.appendChild(make("div"));
    this.table = this.root.appendChild(make("table", "vd-table"));
    /** @type {HabitsData | null} */
    this.drawn = null;
    this.spoken = "";
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { data, choice } = shown;
    const { habits, words, sizes } = data;
    if (!habits) {
      this.title.textContent = words.habits_soon;
      return;
    }
    this.title.textContent = filled(words.habits_title, { pages: habits.pages });
    if (this.drawn !== habits || this.spoken !== words.habits_title) this.build(shown, habits);
    for (const [query, field] of [...this.fields.children].entries()) {
      field.setAttribute("aria-pressed", String(query === choice.query));
    }
    const counts = new Array(sizes.classes).fill(0);
    let [x, y, count] = [0, 0, 0];
    for (const [i, query] of habits.queries.entries()) {
      if (query !== choice.query) continue;
      counts[habits.kinds[i]] += 1;
      x += habits.boxes[4 * i];
      y += habits.boxes[4 * i + 1];
      count += 1;
    }
    const kinds = counts.map((each, kind) => `${shown.kindName(kind)} ${each}`).join(", ");
    const values = { query: choice.query, count, pages: habits.pages, kinds, x: x / (count || 1), y: y / (count || 1) };
    setBold(this.own, filled(count ? words.habits_own : words.habits_never, values));
  }

  /**
   * @param {Shown} shown
   * @param {HabitsData} habits
   */
  build({ data: { words, sizes } }, habits) {
    this.drawn = habits;
    this.spoken = words.habits_title;
    const drawings = Array.from({ length: sizes.queries }, () =>
      svg("svg", { viewBox: "0 0 1 1", class: "vd-field-dots" }),
    );
    const counts = new Array(sizes.queries).fill(0);
    for (const [i, query] of habits.queries.entries()) {
      counts[query] += 1;
      const dot = { cx: habits.boxes[4 * i], cy: habits.boxes[4 * i + 1], r: DOT, fill: hueOf(query) };
      drawings[query].append(svg("circle", { ...dot, "fill-opacity": 0.55 }));
    }
    this.fields.replaceChildren(
      ...drawings.map((drawing, query) => {
        const field = make("button", "vd-field");
        field.type = "button";
        field.append(drawing, make("span", "vd-caption", filled(words.habits_field, { query, count: counts[query] })));
        field.addEventListener("click", () => this.choose({ query }));
        return field;
      }),
    );
    this.cutNote.textContent = words.habits_cut;
    const head = make("tr");
    head.append(...[words.cut, words.habits_answers, words.habits_doubles].map((text) => make("th", "", text)));
    const rows = habits.cuts.map(({ layers, doubles, answers }) => {
      const [layer] = layers;
      const name = [words.cut_none, filled(words.cut_layer, { layer })][layers.length] ?? words.cut_all;
      const row = make("tr");
      row.append(make("td", "", name), make("td", "", answers), make("td", "", doubles));
      return row;
    });
    this.table.replaceChildren(head, ...rows);
  }

  /** @param {Shown} shown */
  figures({ data: { habits, words } }) {
    if (!habits) return [];
    const [queries, kinds] = [Array.from(habits.queries), Array.from(habits.kinds)];
    const column = (/** @type {number} */ i) => habits.boxes.filter((_, at) => at % 4 === i);
    const table = { query: queries, class: kinds, x: column(0), y: column(1), width: column(2), height: column(3) };
    return [{ name: words.habits_name, element: this.fields, table }];
  }
}
