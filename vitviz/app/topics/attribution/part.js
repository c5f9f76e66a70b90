// Addends of one number as bars around 0: sort them, open those that are sums themselves, choose one.
import { Chosen } from "../../../web/shared/chosen.js";
import { colourTable, isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { addendRows, barAt, findAddend } from "./addends.js";

/** @import { Addend, Row } from "./addends.js" */
/**
 * @typedef {{ bars: Addend[], chosen: number, scale: import("../../../web/shared/colours.js").ColourScale,
 *   words: { in_order: string, by_size: string, open_all: string, close_all: string, open: string, part: string,
 *   gives: string, running: string } }} ContributionsData
 * @typedef {(name: "part", number: number) => void} Send
 */

/** @param {number} value */
const fixed = (value, digits = 4) => value.toFixed(digits).replace("-", "\u2212");

class Contributions {
  /**
   * @param {HTMLElement} root
   * @param {Send} send is called with the number of the bar that is chosen
   */
  constructor(root, send) {
    this.send = send;
    this.root = root;
    this.root.classList.add("vc");
    /** @type {Set<number>} */
    this.open = new Set();
    this.bySize = false;
    /** @type {ContributionsData | null} */
    this.data = null;
    this.current = new Chosen();
    /** @type {number[]} */
    this.openable = [];
    /** @type {HTMLButtonElement[]} */
    this.names = [];
    this.tools = this.root.appendChild(make("div", "vc-tools"));
    this.scroll = this.root.appendChild(make("div", "vc-scroll"));
    this.readout = this.root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.scroll.addEventListener("keydown", (event) => this.onKey(event));
    this.scroll.addEventListener("pointerleave", () => this.read(null));
  }

  get chosen() {
    return this.current.value;
  }

  /** @param {ContributionsData} data */
  update(data) {
    this.data = data;
    this.current.restart(data.chosen);
    const table = colourTable(data.scale, isDark(this.root));
    this.root.style.setProperty("--minus", `rgb(${table.slice(0, 3).join(" ")})`);
    this.root.style.setProperty("--plus", `rgb(${table.slice(-3).join(" ")})`);
    this.openable = data.bars.filter((bar) => bar.inside.length).map((bar) => bar.number);
    this.draw();
  }

  /** The rows that are seen, as they are sorted. */
  figures() {
    const { data } = this;
    if (!data) return [];
    const rows = addendRows(data.bars, this.bySize, this.open);
    const table = {
      part: rows.map(({ addend }) => addend.label),
      value: rows.map(({ addend }) => addend.value),
      inside: rows.map(({ depth }) => depth),
      sum: rows.map(({ sum }) => sum),
    };
    return [{ element: this.scroll, table }];
  }

  destroy() {
    this.scroll.replaceChildren();
  }

  /** @param {ContributionsData} data */
  drawTools({ words }) {
    /**
     * @param {string} text
     * @param {boolean | null} pressed null for a button that stays as it is
     * @param {() => void} act
     */
    const tool = (text, pressed, act) => {
      const button = make("button", "vv-tool", text);
      button.type = "button";
      if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
      button.addEventListener("click", () => {
        act();
        this.draw();
      });
      return button;
    };
    const all = this.openable.length > 0 && this.openable.every((number) => this.open.has(number));
    const order = [
      tool(words.in_order, !this.bySize, () => {
        this.bySize = false;
      }),
      tool(words.by_size, this.bySize, () => {
        this.bySize = true;
      }),
    ];
    const opener = tool(all ? words.close_all : words.open_all, null, () => {
      this.open = new Set(all ? [] : this.openable);
    });
    this.tools.replaceChildren(...order, ...(this.openable.length ? [opener] : []));
  }

  draw() {
    const { data } = this;
    if (!data) return;
    this.drawTools(data);
    const { words } = data;
    const root = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const focused = root.activeElement instanceof HTMLElement ? root.activeElement.dataset.number : undefined;
    const table = make("table", "vc-table");
    const head = table.appendChild(make("tr"));
    head.append(make("th", "", words.part), make("th", "", words.gives), make("th", "vc-track"));
    head.append(make("th", "vc-running", words.running));
    const rows = addendRows(data.bars, this.bySize, this.open);
    const largest = Math.max(...rows.map(({ addend }) => Math.abs(addend.value)));
    table.append(...rows.map((row) => this.row(row, largest, words)));
    this.scroll.replaceChildren(table);
    this.names = /** @type {HTMLButtonElement[]} */ ([...table.querySelectorAll(".vc-name")]);
    const stop =
      this.names.find((name) => name.dataset.number === focused) ??
      this.names.find((name) => Number(name.dataset.number) === this.chosen) ??
      this.names[0];
    if (stop) stop.tabIndex = 0;
    if (focused !== undefined) stop?.focus();
    this.read(null);
  }

  /**
   * @param {Row} row
   * @param {number} largest
   * @param {ContributionsData["words"]} words
   */
  row({ addend, depth, sum }, largest, words) {
    const row = make("tr", depth ? "vc-inner" : "");
    if (addend.number === this.chosen) row.classList.add("vc-on");
    const first = row.appendChild(make("td"));
    first.append(
      addend.inside.length ? this.opener(addend, words) : make("span", depth ? "" : "vc-none"),
      this.name(addend),
    );
    row.append(make("td", "", fixed(addend.value)));
    row.appendChild(make("td", "vc-track")).append(bar(addend.value, largest));
    row.append(make("td", "vc-running", sum === null ? "" : fixed(sum)));
    row.addEventListener("pointermove", () => this.read(addend));
    row.addEventListener("click", (event) => {
      if (!(event.target instanceof Element && event.target.closest(".vc-open"))) this.select(addend.number);
    });
    return row;
  }

  /**
   * @param {Addend} addend
   * @param {ContributionsData["words"]} words
   */
  opener(addend, words) {
    const open = this.open.has(addend.number);
    const opener = make("button", "vc-open", open ? "\u25be" : "\u25b8");
    opener.type = "button";
    opener.tabIndex = -1; // the arrow keys do it from the name
    opener.setAttribute("aria-expanded", String(open));
    opener.setAttribute("aria-label", `${words.open}: ${addend.label}`);
    opener.addEventListener("click", () => this.toggle(addend.number));
    return opener;
  }

  /** @param {Addend} addend */
  name(addend) {
    const name = make("button", "vc-name", addend.label);
    name.type = "button";
    name.tabIndex = -1;
    name.dataset.number = String(addend.number);
    name.setAttribute("aria-pressed", String(addend.number === this.chosen));
    name.addEventListener("focus", () => this.read(addend));
    return name;
  }

  /**
   * Write an addend with more digits; the chosen one where none is given.
   * @param {Addend | null} addend
   */
  read(addend) {
    const read = addend ?? findAddend(this.data?.bars ?? [], this.chosen);
    this.readout.textContent = read ? `${read.label}: ${fixed(read.value, 6)}` : "";
  }

  /** @param {number} number */
  toggle(number) {
    if (!this.open.delete(number)) this.open.add(number);
    this.draw();
  }

  /** @param {number} number */
  select(number) {
    if (!this.current.choose(number)) return;
    this.draw();
    this.send("part", number);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const name = /** @type {HTMLButtonElement} */ (event.target);
    const at = this.names.indexOf(name);
    if (at < 0) return;
    const number = Number(name.dataset.number);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.names.length - 1 };
    if (event.key in moves) {
      const next = this.names[Math.min(this.names.length - 1, Math.max(0, moves[event.key]))];
      name.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (["ArrowRight", "ArrowLeft"].includes(event.key)) {
      if (this.openable.includes(number) && this.open.has(number) !== (event.key === "ArrowRight")) this.toggle(number);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * @param {number} value
 * @param {number} largest
 */
function bar(value, largest) {
  const track = make("div", "vc-bar");
  const { left, width } = barAt(value, largest);
  const piece = track.appendChild(make("i", value < 0 ? "vc-minus" : "vc-plus"));
  piece.style.left = `${left}%`;
  piece.style.width = `${width}%`;
  track.appendChild(make("b")).style.left = "50%";
  return track;
}

/**
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function mount(element, send) {
  return new Contributions(element, mergeHeldKeys(send));
}
