// The similarity of position embeddings: the paper's figure, one tile over the picture, and the numbers behind it.

import { PictureView } from "../../../web/explorer/picture.js";
import { colourBar, colourTable, isDark } from "../../../web/shared/colours.js";
import { make } from "../../../web/shared/dom.js";
import { pixels } from "../../../web/shared/shades.js";
import { Cosines, extremes } from "./cosines.js";
import { Figure } from "./figure.js";
import { cosine, Numbers, nameOf, Pair } from "./numbers.js";
import { SignedShades } from "./shades.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const TELL_MS = 200; // held arrow keys run ahead of the host; only where they stop is told

export class Lab {
  /** `choose(token)` hears which token a person looks at. */
  constructor(root, choose) {
    this.choose = choose;
    this.root = root;
    this.root.classList.add("vx", "vp");
    this.tools = root.appendChild(make("div", "vp-tools"));
    const body = root.appendChild(make("div", "vp-body"));
    const events = {
      hover: (token, other) => this.hover(token, other),
      leave: () => this.leave(),
      choose: (token) => this.pin(token),
    };
    this.figure = new Figure(body, events);
    this.picture = new PictureView(body, events);
    this.readout = make("div", "vv-readout");
    this.readout.setAttribute("role", "status");
    this.picture.root.append(this.readout);
    this.numbers = new Numbers(body);
    this.pair = new Pair(root);
    for (const frame of [this.figure.frame, this.picture.frame])
      frame.addEventListener("keydown", (event) => this.key(event));
    this.full = true;
    this.opacity = 0.8;
    this.pinned = false;
  }

  update(data) {
    const { map, words } = data;
    this.data = data;
    if (data.revision !== this.revision) {
      this.revision = data.revision;
      this.cosines = new Cosines(data.positions, data.dim);
      this.values = new Float64Array(this.cosines.count);
      this.pinned = false;
      this.figure.show(map, words);
    }
    const dark = isDark(this.root);
    this.colours = Object.fromEntries(
      Object.entries(data.scales).map(([name, scale]) => [name, pixels(colourTable(scale, dark))]),
    );
    this.picture.title.textContent = words.picture;
    this.picture.show(
      { image: data.image, alt: words.alt, aspect: data.aspect, label: words.picture_label },
      map,
      map.prefix,
    );
    this.home = data.token;
    this.rest = null;
    this.drawTools();
    this.rescale();
  }

  drawTools() {
    const { words } = this.data;
    const scale = (text, full) => {
      const button = make("button", "vx-tool", text);
      button.type = "button";
      button.setAttribute("aria-pressed", String(this.full === full));
      button.addEventListener("click", () => {
        this.full = full;
        this.drawTools();
        this.rescale();
      });
      return button;
    };
    const slide = make("label", "vp-slide", words.opacity);
    const range = slide.appendChild(make("input"));
    Object.assign(range, { type: "range", min: 0, max: 1, step: 0.05, value: this.opacity });
    range.addEventListener("input", () => {
      this.opacity = Number(range.value);
      this.draw();
    });
    this.bar = make("span");
    this.tools.replaceChildren(
      make("span", "", words.scale),
      scale("\u22121 \u2026 1", true),
      scale(words.scale_others, false),
      this.bar,
      slide,
    );
  }

  /** Colours anew: the whole range of a cosine, or as far as any two different patches go; one scale for all tiles. */
  rescale() {
    const high = this.full ? 1 : this.data.largest;
    this.shades = new SignedShades(this.colours.position, high);
    this.bar.replaceChildren(colourBar(this.data.scales.position, isDark(this.root), -high, high, ""));
    this.figure.paint(this.cosines, this.shades);
    this.look(this.home, null);
  }

  hover(token, other = null) {
    if (other !== null) this.look(token, other);
    else if (this.pinned) this.look(this.home, token);
    else this.look(token, null);
  }

  leave() {
    this.look(this.home, this.pinned ? this.rest : null);
  }

  /** Hold a token, or let go of the one that is held. */
  pin(token) {
    this.pinned = !(this.pinned && token === this.home);
    this.rest = null;
    this.go(token);
  }

  go(token) {
    this.home = token;
    this.look(token, null);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.choose(token), TELL_MS);
  }

  look(query, other) {
    this.query = query;
    this.cosines.row(query, this.values);
    const first = this.data.map.prefix.length;
    // Without a second patch the most alike one stands for it, so that there is always a cosine to open.
    this.other = other ?? extremes(this.values, query, first, 1, true)[0] ?? query;
    this.draw();
  }

  draw() {
    const { data, query, other } = this;
    const { map, words } = data;
    this.picture.paint(this.values, this.shades, { opacity: this.opacity, smooth: false });
    this.picture.point(query, other, this.pinned);
    this.figure.point(query, other);
    this.numbers.show(query, this.values, map, words);
    const names = [nameOf(query, map, words), nameOf(other, map, words)];
    this.readout.textContent = `${names.join(` ${words.and} `)}:  ${cosine(this.values[other]).trim()}${this.pinned ? `   ${words.held}` : ""}`;
    const short = names.map((name) => name.replace(`${words.patch} `, ""));
    this.pair.show(this.cosines.pair(query, other), short, words, this.colours);
  }

  key(event) {
    const { rows, columns, prefix } = this.data.map;
    if (event.key === "Enter" || event.key === " ") this.pin(this.home);
    else if (event.key === "Escape" && this.pinned) this.pin(this.home);
    else if (event.key in STEPS) {
      const from = (this.pinned ? this.other : this.home) - prefix.length;
      const [down, right] = STEPS[event.key];
      const row = Math.min(rows - 1, Math.max(0, Math.floor(Math.max(0, from) / columns) + down));
      const column = Math.min(columns - 1, Math.max(0, (Math.max(0, from) % columns) + right));
      const token = prefix.length + row * columns + column;
      if (this.pinned) this.look(this.home, (this.rest = token));
      else this.go(token);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  destroy() {
    clearTimeout(this.telling);
    this.figure.destroy();
  }
}
