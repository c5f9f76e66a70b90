// Pieces of HTML on the page that a person can save: `vitviz/app/html.py` marks them. Each gets the control that the figures
// of browser parts have.
import { make } from "../../web/shared/dom.js";
import { Lifetime } from "../../web/shared/lifetime.js";
import { SaveFigure } from "../../web/shared/save_figure.js";
import { columnsOf } from "../../web/shared/table_columns.js";

/** @import { SavedFigure } from "../../web/shared/types.d.ts" */

const FIGURES = "[data-testid=stMain] .vvf";
// What Streamlit gives only to its components, and the control reads; the background is that of the side bar there.
const PASSED_ON = ["--st-text-color", "--st-border-color", "--st-primary-color", "--st-font", "--st-code-font"];

/**
 * What a piece of HTML is saved as: its numbers, and a picture where it is drawn.
 * @param {HTMLElement} piece
 * @returns {SavedFigure}
 */
export function figureOf(piece) {
  const named = piece.closest("[data-name]");
  return {
    name: named instanceof HTMLElement ? named.dataset.name : undefined,
    element: "drawn" in piece.dataset ? piece : undefined,
    table: piece.dataset.columns ? JSON.parse(piece.dataset.columns) : columnsIn(piece),
  };
}

/** @param {HTMLElement} piece */
function columnsIn(piece) {
  const rows = [...piece.querySelectorAll("tr")];
  const heads = rows.flatMap((row) => [...row.querySelectorAll("th")]).map(({ textContent }) => textContent ?? "");
  const cells = rows
    .map((row) => [...row.querySelectorAll("td")])
    .filter(({ length }) => length)
    .map((row) => row.filter((cell) => !cell.querySelector(".b")))
    .map((row) => row.map(({ textContent, dataset }) => ({ text: textContent ?? "", value: dataset.value })));
  return columnsOf(heads, cells);
}

/** Gives every piece its control, also those that come later. */
export class HtmlFigures {
  /** @param {HTMLElement} inside an element of a component, which knows the theme */
  constructor(inside) {
    this.inside = inside;
    this.lifetime = new Lifetime();
    /** @type {Map<HTMLElement, SaveFigure>} */
    this.controls = new Map();
    this.sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(this.sheet);
    this.theme = document.head.appendChild(make("style"));
    const find = this.lifetime.inFrame(() => this.find());
    const observer = new MutationObserver(find);
    observer.observe(document.body, { childList: true, subtree: true });
    this.lifetime.atEnd(() => observer.disconnect());
    find();
  }

  /** @param {string} style of the control */
  update(style) {
    this.sheet.replaceSync(style);
    const known = getComputedStyle(this.inside);
    const values = PASSED_ON.map((name) => `${name}:${known.getPropertyValue(name)}`);
    const page = document.querySelector("[data-testid=stApp]");
    if (page) values.push(`--st-background-color:${getComputedStyle(page).backgroundColor}`);
    this.theme.textContent = `.vvf + .vv-save{${values.join(";")}}`;
  }

  /** Those that have come, and those that have gone. */
  find() {
    for (const [piece, control] of this.controls)
      if (!piece.isConnected || piece.nextElementSibling !== control.root) {
        control.destroy();
        this.controls.delete(piece);
      }
    for (const piece of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(FIGURES)))
      if (!this.controls.has(piece)) this.controls.set(piece, new SaveFigure(piece, () => [figureOf(piece)]));
  }

  destroy() {
    this.lifetime.destroy();
    for (const control of this.controls.values()) control.destroy();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet);
    this.theme.remove();
  }
}
