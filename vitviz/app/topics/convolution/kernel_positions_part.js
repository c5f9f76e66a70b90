// Where a kernel lands: the padded picture, the output, and the index arrays that pick the pixels, under one cursor.
// The cursor is a landing (a column of the arrays) and, where the pointer is on an entry, one tap (a row).
import { isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const CHANNELS = ["R", "G", "B"];
const CELL = { width: 25, height: 15 };
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function shape(tag, attributes, parent) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return parent.appendChild(element);
}

class Landing {
  constructor(root) {
    this.root = root.querySelector(".vv-landing");
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("pointerleave", () => this.point(this.at, null));
  }

  update(data) {
    const { count, kernel, channels } = data;
    this.data = data;
    this.levels = data.levels;
    this.rows = channels * kernel * kernel;
    this.at = Math.min(this.at ?? data.at, count * count - 1);
    this.root.setAttribute("aria-label", data.words.label);
    const top = make("div", "vv-landing-top");
    const bottom = make("div", "vv-landing-arrays");
    this.readout = make("div", "vv-readout vv-landing-read");
    this.readout.setAttribute("role", "status");
    this.root.replaceChildren(top, bottom);
    this.drawInput(this.figure(top, `x  (${channels}, ${data.padded}, ${data.padded})`, data.words.input));
    this.drawOutput(this.figure(top, `(${count}, ${count})`, data.words.output));
    top.append(this.readout);
    this.drawArrays(bottom);
    this.point(this.at, null);
  }

  figure(parent, title, text) {
    const figure = parent.appendChild(make("figure", "vv-landing-figure"));
    const caption = figure.appendChild(make("figcaption"));
    caption.append(make("b", "vv-mono", title), ` ${text}`);
    return figure;
  }

  // A cell of the padded picture is one unit wide.
  drawInput(figure) {
    const { size, padding, padded, leftOver, words } = this.data;
    const picture = shape(
      "svg",
      { viewBox: `-0.15 -0.15 ${padded + 0.3} ${padded + 0.3}`, class: "vv-landing-input", role: "img" },
      figure,
    );
    picture.setAttribute("aria-label", words.input);
    for (let row = 0; row < padded; row++) {
      for (let column = 0; column < padded; column++) {
        const [r, c] = [row - padding, column - padding];
        const inside = r >= 0 && c >= 0 && r < size && c < size;
        const unread = row >= padded - leftOver || column >= padded - leftOver;
        const cell = shape(
          "rect",
          { x: column, y: row, width: 1, height: 1, class: inside ? "vv-pixel" : "vv-padding" },
          picture,
        );
        if (inside)
          cell.setAttribute("fill", `rgb(${[0, 1, 2].map((k) => this.levels[(k * size + r) * size + c]).join()})`);
        if (unread) shape("path", { d: `M${column} ${row}l1 1m0 -1l-1 1`, class: "vv-unread" }, picture);
      }
    }
    this.taps = shape("g", { class: "vv-taps" }, picture);
    picture.addEventListener("pointermove", (event) => this.overInput(event, picture));
  }

  overInput(event, picture) {
    const box = picture.getBoundingClientRect();
    const unit = box.width / (this.data.padded + 0.3);
    const place = (from, edge) => Math.floor((from - edge) / unit - 0.15);
    const [row, column] = [place(event.clientY, box.top), place(event.clientX, box.left)];
    const { stride, count } = this.data;
    // The last landing whose first tap is not beyond the pointer.
    const landing = (at) => Math.min(count - 1, Math.max(0, Math.floor(at / stride)));
    this.point(landing(row) * count + landing(column), null);
  }

  drawOutput(figure) {
    const { count, words } = this.data;
    const picture = shape(
      "svg",
      { viewBox: `-0.1 -0.1 ${count + 0.2} ${count + 0.2}`, class: "vv-landing-output", role: "img" },
      figure,
    );
    picture.setAttribute("aria-label", words.output);
    picture.style.width = `${Math.min(190, 30 * count + 4)}px`;
    for (let n = 0; n < count * count; n++) {
      const [row, column] = [Math.floor(n / count), n % count];
      const cell = shape("rect", { x: column, y: row, width: 1, height: 1, class: "vv-output" }, picture);
      cell.addEventListener("pointerenter", () => this.point(n, null));
      if (count <= 9)
        shape("text", { x: column + 0.5, y: row + 0.62, class: "vv-output-number" }, picture).textContent = n;
    }
    this.here = shape("rect", { width: 1, height: 1, class: "vv-here" }, picture); // last, so that it lies above them
  }

  drawArrays(parent) {
    const { k, i, j, values, count, words } = this.data;
    const n = count * count;
    this.arrays = [
      this.array(parent, `k  (${this.rows}, 1)`, words.k, k, 1),
      this.array(parent, `i  (${this.rows}, ${n})`, words.i, i, n),
      this.array(parent, `j  (${this.rows}, ${n})`, words.j, j, n),
      this.array(parent, `x[k, i, j]  (${this.rows}, ${n})`, words.columns, values, n),
    ];
  }

  array(parent, title, text, values, columns) {
    const figure = this.figure(parent, title, text);
    const scroll = figure.appendChild(make("div", "vv-landing-scroll"));
    const holder = scroll.appendChild(make("div", "vv-landing-array"));
    const canvas = holder.appendChild(make("canvas"));
    const [width, height] = [columns * CELL.width, this.rows * CELL.height];
    const ratio = Math.max(1, Math.min(2, window.devicePixelRatio));
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${title} ${text}`);
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    this.write(context, values, columns, width);
    const column = holder.appendChild(make("div", "vv-landing-column"));
    const entry = holder.appendChild(make("div", "vv-landing-entry"));
    holder.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      const at = Math.min(columns - 1, Math.max(0, Math.floor((event.clientX - box.left) / CELL.width)));
      const row = Math.min(this.rows - 1, Math.max(0, Math.floor((event.clientY - box.top) / CELL.height)));
      this.point(columns === 1 ? this.at : at, row);
    });
    scroll.addEventListener("scroll", () => this.follow(scroll, columns));
    return { scroll, column, entry, columns };
  }

  /** All arrays show the same rows, and those with a column for every landing the same columns. */
  follow(scroll, columns) {
    for (const other of this.arrays) {
      if (other.scroll === scroll) continue;
      other.scroll.scrollTop = scroll.scrollTop;
      if (columns > 1 && other.columns > 1) other.scroll.scrollLeft = scroll.scrollLeft;
    }
  }

  /** The numbers, and a line below every channel's rows. */
  write(context, values, columns, width) {
    const dark = isDark(this.root);
    context.font = "10.5px ui-monospace, 'Source Code Pro', monospace";
    context.textAlign = "right";
    context.fillStyle = dark ? "#e7e5e4" : "#1c1917";
    for (let at = 0; at < values.length; at++) {
      const [row, column] = [Math.floor(at / columns), at % columns];
      context.fillText(values[at], (column + 1) * CELL.width - 3, (row + 1) * CELL.height - 4);
    }
    context.fillStyle = dark ? "#ffffff40" : "#00000030";
    for (let row = this.rows / this.data.channels; row < this.rows; row += this.rows / this.data.channels)
      context.fillRect(0, row * CELL.height, width, 1);
  }

  /** Show landing `at`, and of its taps the one that row `tap` of the arrays picks, if any. */
  point(at, tap) {
    this.at = at;
    this.tap = tap;
    const { k, i, j, kernel } = this.data;
    const n = this.data.count ** 2;
    this.taps.replaceChildren();
    for (let row = 0; row < kernel * kernel; row++) {
      const box = { x: j[row * n + at], y: i[row * n + at], width: 1, height: 1 };
      shape("rect", { ...box, class: "vv-tap" }, this.taps);
    }
    if (tap !== null) {
      const box = { x: j[tap * n + at] + 0.2, y: i[tap * n + at] + 0.2, width: 0.6, height: 0.6 };
      shape("rect", { ...box, class: `vv-picked vv-picked-${k[tap]}` }, this.taps);
    }
    this.here.setAttribute("x", at % this.data.count);
    this.here.setAttribute("y", Math.floor(at / this.data.count));
    for (const { column, entry, columns } of this.arrays) {
      const left = `${(columns === 1 ? 0 : at) * CELL.width}px`;
      column.style.left = left;
      entry.style.left = left;
      entry.style.top = `${(tap ?? 0) * CELL.height}px`;
      entry.hidden = tap === null;
    }
    this.readout.textContent = this.describe(at, tap);
  }

  describe(at, tap) {
    const { k, i, j, values, count, stride, dilation, kernel, padding, size, words } = this.data;
    const [row, column] = [Math.floor(at / count), at % count];
    const place = `${words.landing} n = ${at}  (${words.row} ${row}, ${words.column} ${column})`;
    if (tap === null)
      return `${place}: ${words.begins} ${stride}\u00b7${row} = ${stride * row}, ${stride}\u00b7${column} = ${stride * column}`;
    const n = count * count;
    const [inRow, inColumn] = [Math.floor(tap / kernel) % kernel, tap % kernel];
    const [y, x] = [i[tap * n + at], j[tap * n + at]];
    const outside = y < padding || x < padding || y >= padding + size || x >= padding + size;
    return [
      `${place}, ${words.entry} ${tap}:  k = ${k[tap]} (${CHANNELS[k[tap]]})`,
      `i = ${dilation}\u00b7${inRow} + ${stride}\u00b7${row} = ${y}   j = ${dilation}\u00b7${inColumn} + ${stride}\u00b7${column} = ${x}`,
      `x[${k[tap]}, ${y}, ${x}] = ${values[tap * n + at]}${outside ? ` (${words.padding})` : ""}`,
    ].join("\n");
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { count } = this.data;
    if (event.shiftKey) {
      const tap = this.tap ?? 0;
      this.point(this.at, Math.min(this.rows - 1, Math.max(0, tap + step[0] + step[1])));
      return;
    }
    const inside = (value) => Math.min(count - 1, Math.max(0, value));
    const [row, column] = [Math.floor(this.at / count), this.at % count];
    this.point(inside(row + step[0]) * count + inside(column + step[1]), this.tap);
    const { scroll } = this.arrays[1]; // the others follow it
    scroll.scrollLeft = this.at * CELL.width - scroll.clientWidth / 2;
  }
}

export function mount(element) {
  return new Landing(element);
}
