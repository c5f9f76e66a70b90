// Who may look at whom: one cursor over the picture, W-MSA beside SW-MSA of the same stage.
import { make } from "../../../web/shared/dom.js";
import { arrow, filled, Part, sendsChoices, slider } from "./controls.js";
import { Journey } from "./maps.js";
import { borders, hatch, ORANGE, outline, Pane, sized } from "./pane.js";

const KINDS = ["regular", "shifted"];
const WINDOW_SIDE = 132; // CSS pixels of the window as the block sees it

export class Reach extends Part {
  update(data) {
    const fresh = data.revision !== this.data?.revision;
    this.data = data;
    if (fresh || this.spoken !== data.words.block) this.build(fresh);
    this.draw();
  }

  build(fresh) {
    const { data } = this;
    this.spoken = data.words.block;
    this.root.replaceChildren();
    if (fresh) {
      this.journey = new Journey(data.journey);
      this.patch = data.patch;
      this.block = Math.min(data.block, this.journey.blocks.length - 1);
    }
    this.slider = slider(this.root, data.words.block, (at) => this.choose({ block: at }));
    const body = this.root.appendChild(make("div", "wr-three"));
    const events = {
      hover: (token) => this.hover(token),
      choose: () => this.choose({}),
      key: (event) => this.key(event),
    };
    this.panes = KINDS.map(() => new Pane(body, events));
    const side = body.appendChild(make("div", "wr-side"));
    this.views = KINDS.map((_, i) => this.windowView(side, i));
    for (const pane of this.panes) {
      pane.pictureWidth = data.picture.width;
      pane.image.addEventListener("load", () => this.draw());
    }
    this.borders = new Map();
  }

  windowView(side, i) {
    const root = side.appendChild(make("div", "wr-window"));
    root.append(make("div", "wr-title", this.data.words[i ? "inShifted" : "inRegular"]));
    const canvas = root.appendChild(make("canvas", "wr-window-canvas"));
    canvas.setAttribute("aria-hidden", "true");
    const lines = root.appendChild(make("div", "wr-mono"));
    return { root, canvas, lines };
  }

  get stage() {
    return this.journey.mapOf(this.journey.blocks[this.block]);
  }

  get token() {
    return this.stage.ancestor[this.patch];
  }

  hover(token) {
    if (token === this.token) return;
    this.patch = this.stage.patches[token];
    this.draw();
  }

  choose(part) {
    Object.assign(this, part);
    this.draw();
    this.tell({ block: this.block, patch: this.patch });
  }

  key(event) {
    const step = arrow(event);
    const turn = { PageUp: -1, PageDown: 1 }[event.key];
    if (!step && !turn) return;
    event.preventDefault();
    event.stopPropagation();
    if (step) this.choose({ patch: this.stage.patches[this.stage.moved(this.token, step)] });
    else this.choose({ block: Math.min(this.journey.blocks.length - 1, Math.max(0, this.block + turn)) });
  }

  render() {
    const { words } = this.data;
    const { stage, token, journey } = this;
    const step = journey.steps[journey.blocks[this.block]];
    const own = step.shift ? 1 : 0;
    const shape = { stage: step.map, rows: stage.rows, columns: stage.columns, size: stage.cell };
    const kind = step.shift ? "SW-MSA" : "W-MSA";
    this.slider.show(this.block, journey.blocks.length - 1, `${step.title}  ${kind}  ${filled(words.map, shape)}`);
    const spoken = KINDS.map((name, i) => this.pane(i, stage[name], token, i === own));
    this.voice.say(`${filled(words.query, { place: stage.place(token) })} ${spoken.join(" ")}`);
  }

  pane(i, tiling, token, own) {
    const { words, picture } = this.data;
    const { stage } = this;
    const pane = this.panes[i];
    const shown = tiling ?? stage.regular;
    const name = i ? "SW-MSA" : "W-MSA";
    pane.title.textContent = filled(i ? words.titleShifted : words.titleRegular, {
      shift: shown.shift,
      window: shown.window,
    });
    pane.root.classList.toggle("wr-own", own);
    if (own) pane.title.textContent += `  ${words.thisBlock}`;
    pane.show({ ...picture, help: `${name}. ${words.help}` }, stage, shown.padded);
    this.drawPane(pane, shown, token);
    this.drawWindow(this.views[i], pane, shown, token);
    const sentence = this.describe(tiling, shown, token);
    pane.readout.textContent = sentence;
    return `${name}: ${sentence}`;
  }

  drawPane(pane, tiling, token) {
    const { stage } = this;
    const window = tiling.windowOf(token);
    const group = tiling.group[token];
    const accent = getComputedStyle(this.root).getPropertyValue("--wr-accent");
    const isLegal = (t) => tiling.group[t] === group;
    const isCut = (t) => !isLegal(t) && tiling.windowOf(t) === window;
    const begun = pane.begin((t) => (isLegal(t) ? "clear" : isCut(t) ? "cut" : "dim"));
    if (!this.borders.has(tiling)) {
      this.borders.set(
        tiling,
        borders(stage.rows, stage.columns, (t) => tiling.group[t]),
      );
    }
    pane.stroke(begun, this.borders.get(tiling), "rgb(255 255 255 / .5)", 1);
    pane.stroke(begun, outline(stage.rows, stage.columns, isCut), ORANGE, 1.8, [4, 3]);
    pane.stroke(begun, outline(stage.rows, stage.columns, isLegal), "#fff", 2.2);
    pane.box(begun, token, accent);
  }

  /** The window's places as the block computes them, after the roll: strangers lie side by side. */
  drawWindow({ canvas, lines }, pane, tiling, token) {
    const { words } = this.data;
    const context = sized(canvas, WINDOW_SIDE, WINDOW_SIDE);
    const size = WINDOW_SIDE / tiling.window;
    const corner = (place) => [(place % tiling.window) * size, Math.floor(place / tiling.window) * size];
    const keys = tiling.keys(token);
    const cut = [];
    const padding = [];
    keys.forEach((key, place) => {
      if (key.token >= 0) pane.piece(context, key.token, ...corner(place), size);
      if (key.token < 0) padding.push([...corner(place), size, size]);
      if (key.cut) cut.push([...corner(place), size, size]);
    });
    context.fillStyle = "rgb(12 14 24 / .5)";
    for (const rectangle of cut) context.fillRect(...rectangle);
    hatch(context, padding, "#8a8f9a");
    hatch(context, cut, ORANGE);
    context.strokeStyle = "rgb(255 255 255 / .6)";
    context.lineWidth = 1;
    for (let i = 1; i < tiling.window; i++) {
      context.strokeRect(i * size, -2, 0, WINDOW_SIDE + 4);
      context.strokeRect(-2, i * size, WINDOW_SIDE + 4, 0);
    }
    const own = corner(tiling.placeOf(token));
    for (const [colour, thickness] of [
      ["#fff", 5],
      [getComputedStyle(this.root).getPropertyValue("--wr-accent"), 2.5],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = thickness;
      context.strokeRect(...own, size, size);
    }
    const { seen, all } = tiling.neighbours(token);
    lines.textContent = filled(words.windowLine, {
      number: tiling.windowOf(token),
      count: tiling.windows,
      place: tiling.placeOf(token),
      seen,
      all,
    });
  }

  describe(tiling, shown, token) {
    const { words } = this.data;
    const counts = shown.counts(token);
    const parts = [filled(words.legal, { legal: counts.legal, all: shown.places })];
    if (counts.cut) parts.push(filled(words.cut, { cut: counts.cut }));
    if (counts.legalPadding + counts.cutPadding) {
      parts.push(filled(words.padding, { legal: counts.legalPadding, cut: counts.cutPadding }));
    }
    if (!tiling) parts.push(words.notShifted);
    return parts.join(" ");
  }
}

export function mount(element, send) {
  return new Reach(element, sendsChoices(send));
}
