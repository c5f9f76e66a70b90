// Saving a figure: a button for each part of a page, and the files that it makes. A part says what its figures are by a
// method `figures()`, which is called when a person wants one.
import { button } from "./controls.js";
import { make, svg, zoomOf } from "./dom.js";
import { Lifetime } from "./lifetime.js";
import { csv, npz } from "./number_files.js";
import { shapeOf } from "./payload.js";
import { aboutLines, pngWith, svgMetadata } from "./picture_files.js";
import { rasterised, snapshot } from "./snapshot.js";

/** @import { SavedArray, SavedFigure, Words } from "./types.d.ts" */
/** @typedef {"png" | "svg" | "csv" | "npz"} Kind */
/** @typedef {{ name: string, type: string, bytes: Uint8Array<ArrayBuffer> }} SavedFile */

const ICON = "M12 3v11m-4.5-4.5L12 14l4.5-4.5M4 17v3h16v-3";
const REVOKED_AFTER = 10_000; // milliseconds: some browsers read the file only after the click
const GAP = 4; // CSS pixels between the button and what it opens
const TABLE_COLOURS = 768; // a colour table is 256 x RGB
/** @type {Record<Kind, string>} */
const TYPES = { png: "image/png", svg: "image/svg+xml", csv: "text/csv", npz: "application/zip" };

/** What every file of a page says of itself, and the words of the controls, by the page's frame. */
const page = { about: /** @type {Record<string, string>} */ ({}), words: /** @type {Words} */ ({}) };
/** @type {Set<SaveFigure>} */
const controls = new Set();

/**
 * The page has another picture, model or language.
 * @param {Record<string, string>} about
 * @param {Words} words
 */
export function describePage(about, words) {
  Object.assign(page, { about, words });
  for (const control of controls) control.speak();
}

/**
 * A part's drawing as one figure, with every array that it was sent.
 * @param {Element} element
 * @param {unknown} data
 * @param {string} [name]
 * @returns {SavedFigure}
 */
export function sentFigure(element, data, name) {
  return { name, element, arrays: arraysIn(data) };
}

/**
 * All arrays of numbers in nested data by their path in it; colour tables are none.
 * @param {unknown} data
 * @param {string} [path]
 * @returns {Record<string, SavedArray>}
 */
export function arraysIn(data, path = "") {
  if (data === null || typeof data !== "object") return {};
  if (ArrayBuffer.isView(data)) {
    const values = /** @type {Float32Array} */ (data);
    if (data instanceof Uint8Array && data.length === TABLE_COLOURS) return {};
    return { [path]: { values, shape: shapeOf(values) } };
  }
  if (Array.isArray(data) && data.length && data.every((value) => typeof value === "number"))
    return { [path]: { values: data } };
  const entries = Object.entries(data).map(([key, value]) => arraysIn(value, path ? `${path}.${key}` : key));
  return Object.assign({}, ...entries);
}

/**
 * The files that a figure can be saved as.
 * @param {SavedFigure} figure
 * @returns {Kind[]}
 */
export function kindsOf({ element, table, arrays }) {
  /** @type {[Kind, unknown][]} */
  const all = [
    ["png", element],
    ["svg", element],
    ["csv", table && Object.keys(table).length],
    ["npz", arrays && Object.keys(arrays).length],
  ];
  return all.flatMap(([kind, there]) => (there ? [kind] : []));
}

/**
 * @param {SavedFigure} figure
 * @param {Kind} kind
 * @returns {Promise<SavedFile>}
 */
export async function fileOf(figure, kind) {
  const { name = page.words.figure ?? "figure" } = figure;
  const about = { figure: name, ...page.about, address: location.href };
  const slug = name.replaceAll(/[^\p{L}\p{N}.]+/gu, "-").replaceAll(/^[-.]+|[-.]+$/g, "");
  const bytes = await bytesOf(figure, kind, about);
  const file = /** @type {Uint8Array<ArrayBuffer>} */ (
    typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes
  );
  return { name: `vitviz-${slug.slice(0, 60) || "figure"}.${kind}`, type: TYPES[kind], bytes: file };
}

/**
 * @param {SavedFigure} figure
 * @param {Kind} kind
 * @param {Record<string, string>} about
 * @returns {Promise<Uint8Array | string>}
 */
async function bytesOf({ element, table = {}, arrays = {} }, kind, about) {
  if (kind === "csv") return csv(table, aboutLines(about));
  if (kind === "npz") return npz({ ...arrays, about: { values: aboutLines(about) } });
  if (!element) throw new Error("a figure without a drawing");
  const picture = snapshot(element, svgMetadata(about));
  return kind === "svg" ? picture.text : pngWith(await rasterised(picture), about);
}

/**
 * Give the person a file.
 * @param {SavedFile} file
 */
export function download({ name, type, bytes }) {
  const link = make("a");
  const href = URL.createObjectURL(new Blob([bytes], { type }));
  Object.assign(link, { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), REVOKED_AFTER);
}

/** A button in a corner of a part; it opens the list of the part's figures, each with its files. */
export class SaveFigure {
  /**
   * @param {Element} part the control stands behind it
   * @param {() => SavedFigure[]} figures
   */
  constructor(part, figures) {
    this.figures = figures;
    this.lifetime = new Lifetime();
    this.root = make("div", "vv vv-save");
    this.opener = button(this.root, "", () => {}, "vv-save-open");
    const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
    icon.append(svg("path", { d: ICON }));
    this.opener.append(icon);
    this.note = make("p", "vv-save-note");
    this.note.setAttribute("role", "status");
    this.list = this.root.appendChild(make("div", "vv-save-list"));
    this.list.popover = "auto"; // Esc and a click elsewhere close it
    this.opener.popoverTargetElement = this.list;
    this.lifetime.listen(this.root, "keydown", (event) => event.stopPropagation()); // the part's own keys
    this.lifetime.listen(this.list, "beforetoggle", (/** @type {ToggleEvent} */ { newState }) => {
      if (newState === "open") this.fill();
    });
    this.lifetime.listen(this.list, "toggle", (/** @type {ToggleEvent} */ { newState }) => {
      if (newState === "open") this.place();
    });
    this.speak();
    controls.add(this);
    part.after(this.root);
  }

  /** Take over the page's words. */
  speak() {
    const { save = "Save figure" } = page.words;
    this.opener.title = save;
    this.opener.setAttribute("aria-label", save);
    this.list.setAttribute("aria-label", save);
  }

  /** The heading that the part stands below. */
  get heading() {
    const root = this.root.getRootNode();
    const place = root instanceof ShadowRoot ? root.host : this.root;
    const headings = [...document.querySelectorAll("h1, h2, h3")].filter(
      (one) => one.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    return headings.at(-1)?.textContent || (page.words.figure ?? "figure");
  }

  /** List what the part shows now. */
  fill() {
    const rows = this.figures().map((one) => {
      const figure = { ...one, name: one.name || this.heading };
      const row = make("div", "vv-save-figure");
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", figure.name);
      row.append(make("span", "", figure.name));
      for (const kind of kindsOf(figure)) {
        const made = button(row, kind.toUpperCase(), () => this.save(figure, kind), "vv-save-kind");
        made.title = page.words[kind] ?? "";
      }
      return row;
    });
    this.note.textContent = "";
    this.list.replaceChildren(...rows, this.note);
  }

  /** Beside the button, where there is room. */
  place() {
    const { right, top, bottom } = this.opener.getBoundingClientRect();
    const zoom = zoomOf(this.opener);
    const { width, height } = this.list.getBoundingClientRect();
    const above = top - height - GAP;
    const x = Math.max(GAP, right - width);
    const y = above >= GAP ? above : Math.max(GAP, Math.min(bottom + GAP, innerHeight - height - GAP));
    Object.assign(this.list.style, { left: `${x / zoom}px`, top: `${y / zoom}px` });
    this.list.querySelector("button")?.focus();
  }

  /**
   * @param {SavedFigure} figure
   * @param {Kind} kind
   */
  async save(figure, kind) {
    try {
      const file = await fileOf(figure, kind);
      download(file);
      this.note.textContent = file.name;
    } catch (error) {
      console.error(error);
      this.note.textContent = page.words.failed ?? String(error);
    }
  }

  destroy() {
    controls.delete(this);
    this.lifetime.destroy();
    this.root.remove();
  }
}
