// The chain from pixels to class scores, the source that ran with its live shapes, and the tensor of a chosen line.
import { colourBar, colourTable, isDark, paint } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { number } from "../../../web/shared/format.js";

const KEYWORDS = /\b(def|return|if|else|elif|for|in|not|is|and|or|None|True|False|class|self)\b/g;

/** A source line as nodes: comments and keywords get a class, everything is text. */
function highlighted(line) {
  const hash = line.search(/ #|^#/);
  const code = hash < 0 ? line : line.slice(0, hash);
  const nodes = [];
  let at = 0;
  for (const match of code.matchAll(KEYWORDS)) {
    nodes.push(code.slice(at, match.index), make("b", "", match[0]));
    at = match.index + match[0].length;
  }
  nodes.push(code.slice(at));
  if (hash >= 0) nodes.push(make("i", "", line.slice(hash)));
  return nodes;
}

class Walk {
  constructor(root, choose) {
    this.choose = choose;
    this.chain = root.querySelector(".vv-chain");
    this.code = root.querySelector(".vv-code");
    this.tensor = root.querySelector(".vv-tensor");
  }

  update(data) {
    const source = JSON.stringify([data.functions, data.calls]);
    const sourceChanged = source !== this.source; // the blocks of a model mostly run the same lines
    this.source = source;
    this.data = data;
    this.drawChain();
    if (sourceChanged) this.drawCode();
    this.markLine(sourceChanged);
    this.drawTensor();
  }

  drawChain() {
    const stages = this.data.chain.map((stage) => {
      const button = make("button", `vv-stage${stage.inBlock ? " vv-inblock" : ""}`);
      button.type = "button";
      button.setAttribute("aria-pressed", String(stage.key === this.data.stage));
      button.append(make("span", "vv-stage-label", stage.label), make("span", "vv-stage-shape", stage.shape));
      button.append(make("span", "vv-stage-formula", stage.formula));
      button.addEventListener("click", () => this.choose("stage", stage.key));
      const item = make("li");
      item.append(button);
      return item;
    });
    this.chain.replaceChildren(...stages);
  }

  drawCode() {
    const byLine = new Map();
    for (const call of this.data.calls) {
      const key = `${call.file}:${call.line}`;
      if (!byLine.has(key)) byLine.set(key, []);
      byLine.get(key).push(call);
    }
    this.lines = new Map();
    this.code.replaceChildren(...this.data.functions.map((source) => this.drawFunction(source, byLine)));
  }

  drawFunction(source, byLine) {
    const block = make("section", "vv-function");
    block.append(make("h4", "", `${source.file}  ${source.function}`));
    source.lines.forEach((text, i) => {
      const number = source.first + i;
      const calls = byLine.get(`${source.file}:${number}`) ?? [];
      block.append(this.drawLine(source, text, number, calls));
    });
    return block;
  }

  drawLine(source, text, number, calls) {
    const line = make(calls.length ? "button" : "div", "vv-line");
    line.append(make("span", "vv-number", String(number)));
    const code = make("span", "vv-text");
    code.append(...highlighted(text));
    line.append(code);
    if (!calls.length) return line;
    line.type = "button";
    const last = calls[calls.length - 1];
    line.append(make("span", "vv-shape", `${last.shape}${calls.length > 1 ? ` \u00b7${calls.length}` : ""}`));
    for (const call of calls) this.lines.set(call.index, line);
    line.addEventListener("click", () => {
      const at = calls.findIndex((call) => call.index === this.data.call);
      // A line that ran several times: choosing it again goes to its next result.
      this.choose("call", (at < 0 ? calls[calls.length - 1] : calls[(at + 1) % calls.length]).index);
    });
    return line;
  }

  markLine(scroll) {
    this.marked?.classList.remove("vv-current");
    this.marked?.removeAttribute("aria-current");
    this.marked = this.lines.get(this.data.call);
    if (!this.marked) return;
    this.marked.classList.add("vv-current");
    this.marked.setAttribute("aria-current", "true");
    const top = this.marked.offsetTop; // from the top of .vv-code, which is positioned
    const seen = top >= this.code.scrollTop && top < this.code.scrollTop + this.code.clientHeight - 30;
    if (scroll || !seen) this.code.scrollTop = Math.max(0, top - this.code.clientHeight / 3);
  }

  drawTensor() {
    const { tensor, words } = this.data;
    this.tensor.replaceChildren();
    if (!tensor) return;
    const facts = make("dl", "vv-facts");
    for (const [term, text] of tensor.facts) facts.append(make("dt", "", term), make("dd", "vv-mono", text));
    this.tensor.append(make("h4", "", tensor.title), facts, this.histogram(tensor.histogram));
    const readout = make("div", "vv-readout", words.help);
    readout.setAttribute("role", "status");
    const dark = isDark(this.tensor);
    const table = tensor.scale ? colourTable(tensor.scale, dark) : null;
    const values = tensor.values;
    const tiles = make("div", "vv-tensor-tiles");
    tiles.style.setProperty("--tiles", Math.min(tensor.count, tensor.perRow));
    for (let i = 0; i < tensor.count; i++) tiles.append(this.tile(tensor, values, table, i, readout));
    this.tensor.append(tiles, readout);
    if (table) this.tensor.append(colourBar(tensor.scale, dark, tensor.low, tensor.high, tensor.note));
  }

  tile(tensor, values, table, index, readout) {
    const canvas = make("canvas");
    const { rows, columns } = tensor;
    const { words } = this.data;
    paint(canvas, values, index * rows * columns, rows, columns, table, tensor.low, tensor.high);
    canvas.style.aspectRatio = `${columns} / ${Math.max(rows, columns / 24)}`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${tensor.title} ${tensor.labels[index]}`);
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
      const column = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)));
      const value = values[index * rows * columns + row * columns + column];
      const place = `${tensor.axes[0]} ${row * tensor.pooled[0]}, ${tensor.axes[1]} ${column * tensor.pooled[1]}`;
      const mean = tensor.pooled[0] * tensor.pooled[1] > 1 ? ` (${words.mean} ${tensor.pooled.join("x")})` : "";
      readout.textContent = `${tensor.labels[index]} ${place}:  ${number(value)}${mean}`.trim();
    });
    canvas.addEventListener("pointerleave", () => {
      readout.textContent = this.data.words.help;
    });
    return canvas;
  }

  histogram({ counts, low, high }) {
    const box = make("div", "vv-histogram");
    const bars = make("div", "vv-bars");
    const most = Math.max(...counts);
    for (const count of counts) {
      const bar = make("div");
      bar.style.height = `${(100 * count) / most}%`;
      bars.append(bar);
    }
    const ends = make("div", "vv-ends vv-mono");
    ends.append(make("span", "", number(low)), make("span", "", number(high)));
    box.append(bars, ends);
    return box;
  }
}

export function mount(element, send) {
  return new Walk(element, mergeHeldKeys(send));
}
