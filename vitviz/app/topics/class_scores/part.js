// Softmax with a temperature: every number follows the slider, nothing is asked of the server.
import { make } from "../../../web/shared/dom.js";
import { number } from "../../../web/shared/format.js";
import { sameArrays } from "../../../web/shared/payload.js";
import { arraysIn } from "../../../web/shared/save_figure.js";
import { listedShares, STEPS, shares, softmaxFormulas, temperatureAt } from "./softmax.js";

/**
 * @typedef {{ logits: Float32Array, rows: { index: number, name: string }[], chosen: number,
 *   words: { temperature: string, name: string, others: string, entropy: string, most: string } }} SoftmaxData
 */
/**
 * One class's line of the table.
 * @typedef {{ row: HTMLTableRowElement, cells: HTMLTableCellElement[], name: HTMLButtonElement, bar: HTMLElement,
 *   mark: HTMLElement }} Line
 */

class Softmax {
  /** @param {HTMLElement} root */
  constructor(root) {
    root.classList.add("vs");
    this.step = 0;
    this.chosen = 0;
    /** @type {SoftmaxData | null} */
    this.data = null;
    /** @type {Line[]} */
    this.lines = [];
    const head = root.appendChild(make("div", "vs-head"));
    const label = head.appendChild(make("label"));
    this.caption = label.appendChild(make("span"));
    this.slider = label.appendChild(make("input"));
    Object.assign(this.slider, { type: "range", min: -STEPS, max: STEPS, step: 1, value: 0 });
    this.value = label.appendChild(make("output"));
    const reset = head.appendChild(make("button", "vv-tool", "T = 1"));
    reset.type = "button";
    this.table = root.appendChild(make("table", "vs-table"));
    this.others = make("tr");
    this.formula = root.appendChild(make("div", "vs-formula"));
    this.formula.setAttribute("role", "status");
    this.slider.addEventListener("input", () => this.move(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation()); // the page has hotkeys of its own
    reset.addEventListener("click", () => this.move(0));
  }

  /** @param {SoftmaxData} data */
  update(data) {
    if (!sameArrays(this.data?.logits, data.logits) || this.data?.chosen !== data.chosen) this.chosen = data.chosen;
    this.data = data;
    this.atOne = shares(data.logits, 1);
    this.caption.textContent = data.words.temperature;
    this.build(data);
    this.draw();
  }

  /** The table at this temperature, with all its digits. */
  figures() {
    const { data } = this;
    if (!data) return [];
    const { rows, logits } = data;
    const temperature = temperatureAt(this.step);
    const listed = rows.map(({ index }) => index);
    const { classes } = listedShares(logits, shares(logits, temperature), temperature, listed);
    const names = /** @type {const} */ (["index", "z", "scaled", "power", "p"]);
    const numbers = names.map((name) => [name, classes.map((one) => one[name])]);
    const table = { class: rows.map(({ name }) => name), ...Object.fromEntries(numbers) };
    return [{ element: this.table, table, arrays: arraysIn({ logits }) }];
  }

  destroy() {
    this.table.remove();
  }

  /** @param {number} step */
  move(step) {
    this.step = step;
    this.slider.value = String(step);
    this.draw();
  }

  /** @param {SoftmaxData} data */
  build({ words, rows }) {
    const head = make("tr");
    const names = [words.name, "z", "z/T", "e^((z\u2212max)/T)", "p", ""];
    head.append(...names.map((text, i) => make("th", COLUMNS[i], text)));
    this.lines = rows.map(({ index, name }) => this.line(index, name));
    this.others = make("tr");
    this.others.append(...COLUMNS.map((column) => make("td", column)));
    const body = make("tbody");
    body.append(...this.lines.map(({ row }) => row), this.others);
    const top = make("thead");
    top.append(head);
    this.table.replaceChildren(top, body);
  }

  /**
   * @param {number} index
   * @param {string} text
   * @returns {Line}
   */
  line(index, text) {
    const row = make("tr");
    const cells = COLUMNS.map((column) => row.appendChild(make("td", column)));
    const name = cells[0].appendChild(make("button", "vs-name", text));
    name.type = "button";
    const track = cells[5].appendChild(make("div", "vs-track"));
    const [bar, mark] = [track.appendChild(make("i")), track.appendChild(make("b"))];
    row.addEventListener("click", () => {
      this.chosen = index;
      this.draw();
    });
    return { row, cells, name, bar, mark };
  }

  draw() {
    const { data, atOne } = this;
    if (!data || !atOne) return;
    const { logits, rows, words } = data;
    const temperature = temperatureAt(this.step);
    const now = shares(logits, temperature);
    const { classes, others } = listedShares(
      logits,
      now,
      temperature,
      rows.map(({ index }) => index),
    );
    this.value.textContent = `T = ${temperature.toFixed(2)}`;
    this.slider.setAttribute("aria-valuetext", `T ${temperature.toFixed(2)}`);
    for (const [i, { index, z, scaled, power, p }] of classes.entries()) {
      const { row, cells, name, bar, mark } = this.lines[i];
      [number(z), number(scaled), number(power), p.toFixed(4)].forEach((text, column) => {
        cells[column + 1].textContent = text;
      });
      bar.style.width = `${100 * p}%`;
      mark.style.left = `${100 * atOne.p[index]}%`;
      row.classList.toggle("vs-on", index === this.chosen);
      name.setAttribute("aria-pressed", String(index === this.chosen));
    }
    this.others.hidden = others.count <= 0;
    const texts = [
      words.others.replace("{n}", String(others.count)),
      "",
      "",
      number(others.power),
      others.p.toFixed(4),
    ];
    texts.forEach((text, i) => {
      this.others.children[i].textContent = text;
    });
    const chosen = rows.find(({ index }) => index === this.chosen) ?? rows[0];
    this.formula.textContent = softmaxFormulas(logits, now, temperature, chosen, words);
  }
}

const COLUMNS = ["", "", "", "vs-exp", "", "vs-wide"];

/** @param {HTMLElement} element */
export function mount(element) {
  return new Softmax(element);
}
