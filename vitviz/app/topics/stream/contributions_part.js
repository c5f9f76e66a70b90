// Addends of one number as bars around 0: sort them, open those that are sums themselves, choose one.
import { isDark, lookup, make, unhurried } from "../../../web/shared/canvas.js";

const fixed = (value, digits = 4) => value.toFixed(digits).replace("-", "\u2212");

class Contributions {
  constructor(root, choose) {
    this.choose = choose;
    this.root = root;
    this.root.classList.add("vc");
    this.open = new Set();
    this.sorted = false;
    this.tools = this.root.appendChild(make("div", "vc-tools"));
    this.scroll = this.root.appendChild(make("div", "vc-scroll"));
    this.readout = this.root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.scroll.addEventListener("keydown", (event) => this.key(event));
    this.scroll.addEventListener("pointerleave", () => this.read(null));
  }

  update(data) {
    this.data = data;
    this.chosen = data.chosen;
    const table = lookup(data.scale, isDark(this.root));
    this.root.style.setProperty("--minus", `rgb(${table.slice(0, 3).join(" ")})`);
    this.root.style.setProperty("--plus", `rgb(${table.slice(-3).join(" ")})`);
    this.openers = data.bars.filter((bar) => bar.inside.length).map((bar) => bar.number);
    this.drawTools();
    this.draw();
  }

  drawTools() {
    const { words } = this.data;
    const tool = (text, pressed, act) => {
      const button = make("button", "vc-tool", text);
      button.type = "button";
      if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
      button.addEventListener("click", () => {
        act();
        this.drawTools();
        this.draw();
      });
      return button;
    };
    const all = this.openers.length > 0 && this.openers.every((number) => this.open.has(number));
    this.tools.replaceChildren(
      tool(words.in_order, !this.sorted, () => (this.sorted = false)),
      tool(words.by_size, this.sorted, () => (this.sorted = true)),
      ...(this.openers.length
        ? [tool(all ? words.close_all : words.open_all, null, () => (this.open = new Set(all ? [] : this.openers)))]
        : []),
    );
  }

  /** The rows that are seen: [bar, depth, sum so far], sorted at each level. */
  rows() {
    const order = (bars) => (this.sorted ? [...bars].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)) : bars);
    const rows = [];
    let sum = 0;
    for (const bar of order(this.data.bars)) {
      sum += bar.value;
      rows.push([bar, 0, sum]);
      if (this.open.has(bar.number)) for (const part of order(bar.inside)) rows.push([part, 1, null]);
    }
    return rows;
  }

  draw() {
    const { words } = this.data;
    const focused = this.root.getRootNode().activeElement?.dataset?.number;
    const table = make("table", "vc-table");
    const head = table.appendChild(make("tr"));
    for (const [text, name] of [
      [words.part, ""],
      [words.gives, ""],
      ["", "vc-track"],
      [words.running, "vc-running"],
    ])
      head.append(make("th", name, text));
    const rows = this.rows();
    this.top = Math.max(...rows.map(([bar]) => Math.abs(bar.value))) || 1;
    for (const row of rows) table.append(this.row(...row));
    this.scroll.replaceChildren(table);
    this.names = [...table.querySelectorAll(".vc-name")];
    const stop =
      this.names.find((name) => name.dataset.number === focused) ??
      this.names.find((name) => Number(name.dataset.number) === this.chosen) ??
      this.names[0];
    if (stop) stop.tabIndex = 0;
    if (focused !== undefined) stop?.focus();
    this.read(null);
  }

  row(bar, depth, sum) {
    const row = make("tr", depth ? "vc-inner" : "");
    if (bar.number === this.chosen) row.classList.add("vc-on");
    const first = row.appendChild(make("td"));
    first.append(bar.inside.length ? this.opener(bar) : make("span", depth ? "" : "vc-none"), this.name(bar));
    row.append(make("td", "", fixed(bar.value)));
    const track = row.appendChild(make("td", "vc-track"));
    track.append(this.bar(bar.value));
    row.append(make("td", "vc-running", sum === null ? "" : fixed(sum)));
    row.addEventListener("pointermove", () => this.read(bar));
    row.addEventListener("click", (event) => event.target.closest(".vc-open") || this.select(bar.number));
    return row;
  }

  opener(bar) {
    const open = this.open.has(bar.number);
    const opener = make("button", "vc-open", open ? "\u25be" : "\u25b8");
    opener.type = "button";
    opener.tabIndex = -1; // the arrow keys do it from the name
    opener.setAttribute("aria-expanded", String(open));
    opener.setAttribute("aria-label", `${this.data.words.open}: ${bar.label}`);
    opener.addEventListener("click", () => this.toggle(bar.number));
    return opener;
  }

  name(bar) {
    const name = make("button", "vc-name", bar.label);
    name.type = "button";
    name.tabIndex = -1;
    name.dataset.number = bar.number;
    name.setAttribute("aria-pressed", String(bar.number === this.chosen));
    name.addEventListener("focus", () => this.read(bar));
    return name;
  }

  bar(value) {
    const track = make("div", "vc-bar");
    const size = (50 * Math.abs(value)) / this.top;
    const piece = track.appendChild(make("i", value < 0 ? "vc-minus" : "vc-plus"));
    piece.style.left = `${value < 0 ? 50 - size : 50}%`;
    piece.style.width = `${size}%`;
    track.append(make("b"));
    track.lastChild.style.left = "50%";
    return track;
  }

  read(bar) {
    const shown = bar ?? this.find(this.chosen);
    this.readout.textContent = shown ? `${shown.label}: ${fixed(shown.value, 6)}` : "";
  }

  find(number) {
    return this.data.bars.flatMap((bar) => [bar, ...bar.inside]).find((bar) => bar.number === number);
  }

  toggle(number) {
    if (!this.open.delete(number)) this.open.add(number);
    this.drawTools();
    this.draw();
  }

  select(number) {
    if (number === this.chosen) return;
    this.chosen = number;
    this.draw();
    this.choose("part", number);
  }

  key(event) {
    const at = this.names.indexOf(event.target);
    if (at < 0) return;
    const number = Number(event.target.dataset.number);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.names.length - 1 };
    if (event.key in moves) {
      const next = this.names[Math.min(this.names.length - 1, Math.max(0, moves[event.key]))];
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if (["ArrowRight", "ArrowLeft"].includes(event.key)) {
      if (this.openers.includes(number) && this.open.has(number) !== (event.key === "ArrowRight")) this.toggle(number);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export function mount(element, send) {
  return new Contributions(element, unhurried(send));
}
