// The chain from pixels to class scores, and the source that ran with its live shapes.
import { make } from "../../../web/shared/dom.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { callsByLine, countText, dedent, indentation, nextCall, pieces } from "./source_code.js";

/** @typedef {import("./source_code.js").Call} Call */
/** @typedef {import("./source_code.js").Piece} Piece */
/**
 * `index` reads the chosen token's numbers out of the stage's tensor; empty where it has none of its own.
 * @typedef {{ key: string, label: string, shape: string, formula: string, index: string, inBlock: boolean }} Stage
 */
/** @typedef {{ file: string, function: string, first: number, lines: string[] }} Source `first` is a line's number */
/**
 * `stage` and `call` are chosen; a call that is no stage has null.
 * @typedef {{ chain: Stage[], stage: string | null, functions: Source[], calls: Call[], call: number,
 *   words: Record<string, string> }} Data
 */
/** @typedef {{ line: HTMLElement, shape: HTMLElement, calls: Call[] }} MadeLine a line that made something */

const TAGS = /** @type {const} */ ({ keyword: "b", comment: "i", string: "i" });

class ChainPart {
  /**
   * @param {HTMLElement} root
   * @param {(name: "stage" | "call", value: string | number) => void} send
   */
  constructor(root, send) {
    this.send = send;
    this.root = root.appendChild(make("div", "vv-overview"));
    this.chain = this.root.appendChild(make("ol", "vv-chain"));
    this.code = this.root.appendChild(make("div", "vv-code"));
    this.note = this.root.appendChild(make("div", "vv-code-note"));
    /** @type {Stage[]} */
    this.stages = [];
    this.source = ""; // all that the drawn code depends on
    this.chosenCall = -1;
    /** @type {Map<number, MadeLine>} by the calls that they made */
    this.lines = new Map();
    /** @type {MadeLine | undefined} */
    this.marked = undefined;
  }

  /** @param {Data} data */
  update(data) {
    const source = JSON.stringify([data.functions, data.calls]);
    const changed = source !== this.source; // the blocks of a model mostly run the same lines
    this.source = source;
    this.chosenCall = data.call;
    this.stages = data.chain;
    this.drawChain(data);
    if (changed) this.drawCode(data);
    this.note.textContent = data.words.code;
    this.markLine(changed);
  }

  /** @param {Data} data */
  drawChain({ chain, stage: chosen }) {
    const items = chain.map(({ key, label, shape, formula, index, inBlock }) => {
      const button = make("button", `vv-stage${inBlock ? " vv-inblock" : ""}`);
      button.type = "button";
      button.setAttribute("aria-pressed", String(key === chosen));
      button.append(make("span", "vv-stage-label", label), make("span", "vv-stage-shape", shape));
      button.append(make("span", "vv-stage-formula", formula), make("span", "vv-stage-index vv-at", index));
      button.addEventListener("click", () => this.send("stage", key));
      const item = make("li");
      item.append(button);
      return item;
    });
    this.chain.replaceChildren(...items);
  }

  /** @param {Data} data */
  drawCode({ functions, calls }) {
    const byLine = callsByLine(calls);
    this.lines = new Map();
    const blocks = functions.map(({ file, function: name, first, lines }) => {
      const block = make("section", "vv-function");
      block.append(make("h4", "", `${file}  ${name}`));
      for (const [i, line] of pieces(dedent(lines)).entries())
        block.append(this.drawLine(line, first + i, byLine.get(`${file}:${first + i}`) ?? []));
      return block;
    });
    this.code.replaceChildren(...blocks);
  }

  /**
   * A line of source with the shape of its last result; a line that made something is a button.
   * @param {Piece[]} line
   * @param {number} number_
   * @param {Call[]} calls
   */
  drawLine(line, number_, calls) {
    const root = make(calls.length ? "button" : "div", "vv-line");
    const code = make("span", "vv-text");
    for (const { kind, text } of line) code.append(kind === "text" ? text : make(TAGS[kind], "", text));
    code.style.setProperty("--indent", `${indentation(code.textContent ?? "")}ch`);
    const shape = make("span", "vv-shape");
    root.append(make("span", "vv-number", number_), code, shape);
    if (!calls.length) return root;
    root.setAttribute("type", "button");
    const made = { line: root, shape, calls };
    for (const call of calls) this.lines.set(call.index, made);
    root.addEventListener("click", () => this.send("call", nextCall(calls, this.chosenCall)));
    this.drawShape(made);
    return root;
  }

  /**
   * The shape of a line's chosen result, else of its last one, and how many there are.
   * @param {MadeLine} made
   */
  drawShape({ shape, calls }) {
    const call = calls.find(({ index }) => index === this.chosenCall) ?? calls[calls.length - 1];
    const count = countText(calls, this.chosenCall);
    shape.replaceChildren(call.shape);
    if (count) shape.append(make("small", "", count));
  }

  /**
   * Mark the line of the chosen call, and bring it into sight.
   * @param {boolean} scroll even where it is in sight
   */
  markLine(scroll) {
    const before = this.marked;
    before?.line.classList.remove("vv-current");
    before?.line.removeAttribute("aria-current");
    if (before) this.drawShape(before);
    this.marked = this.lines.get(this.chosenCall);
    if (!this.marked) return;
    const { line } = this.marked;
    line.classList.add("vv-current");
    line.setAttribute("aria-current", "true");
    this.drawShape(this.marked);
    const { scrollTop, clientHeight } = this.code;
    const top = line.offsetTop; // from the top of .vv-code, which is positioned
    const inSight = top >= scrollTop && top < scrollTop + clientHeight - 30;
    if (scroll || !inSight) this.code.scrollTop = Math.max(0, top - clientHeight / 3);
  }

  /** The chain of tensors. */
  figures() {
    const stages = Object.fromEntries(
      /** @type {const} */ (["key", "label", "shape", "formula", "index"]).map((name) => [
        name,
        this.stages.map((one) => one[name]),
      ]),
    );
    return this.stages.length ? [{ element: this.chain, table: stages }] : [];
  }

  destroy() {
    this.root.remove();
  }
}

/**
 * @param {HTMLElement} element
 * @param {(name: string, value: string | number) => void} send is called with "stage" and its key, "call" and its index
 */
export function mount(element, send) {
  return new ChainPart(element, mergeHeldKeys(send));
}
