// The shift, step by step: one time t, one chosen window, one opened pair, and every view that follows them.
import { make } from "../../../web/shared/dom.js";
import { Controls } from "./controls.js";
import { describe } from "./description.js";
import { Windows } from "./geometry.js";
import { InsetView } from "./inset.js";
import { MaskView } from "./mask.js";
import { SizesView } from "./sizes.js";
import { StageView } from "./stage.js";
import { filled, readLook, Weights } from "./theme.js";
import { FRAMES, isRegular, isRolled, LAST_FRAME, maskShown, Player, weightsShown } from "./timeline.js";
import { Transport } from "./transport.js";

export class Lab {
  /** `tell(setting)` asks the server for another map, window size or window of attention weights. */
  constructor(root, tell) {
    this.root = root;
    this.tell = tell;
    this.t = 0;
    this.sent = 0;
    this.head = 0;
    this.withMask = true;
    this.query = this.key = null;
    this.player = new Player(globalThis, (t) => this.seek(t));
    this.resize = new ResizeObserver(() => this.fit());
  }

  /** What Python computed for a setting. */
  update(data) {
    this.data = data;
    if (JSON.stringify(data.words) !== JSON.stringify(this.words)) this.build(data.words);
    this.look = readLook(this.root, data);
    this.windows = new Windows(data);
    this.attention = data.attention;
    if (data.setting.sequence >= this.sent) {
      this.sent = data.setting.sequence;
      this.shift = Math.min(data.setting.shift, this.windows.shifts.length - 1);
      this.chosen = Math.min(data.setting.chosen, this.windows.grid.num_windows - 1);
    }
    this.shift = Math.min(this.shift, this.windows.shifts.length - 1);
    this.chosen = Math.min(this.chosen, this.windows.grid.num_windows - 1);
    this.clampPair();
    this.controls.update(data);
    this.showHeads();
    if (this.imageUrl !== data.image) {
      this.imageUrl = data.image;
      this.image = new Image();
      this.image.onload = () => this.showMap();
      this.image.src = data.image;
    }
    this.showMap();
  }

  /** All views anew: at first, and in another language. */
  build(words) {
    this.words = words;
    this.said = "";
    this.resize.disconnect();
    this.root.replaceChildren();
    const box = this.root.appendChild(make("div", "vs"));
    this.controls = new Controls(
      box,
      { change: (part) => this.change(part), shift: (s, done) => this.setShift(s, done) },
      words,
    );
    this.transport = new Transport(
      box,
      { seek: (t) => this.jump(t), step: (direction) => this.step(direction), play: () => this.play() },
      words,
    );
    this.text = box.appendChild(make("div", "vs-text"));
    this.caption = this.text.appendChild(make("p", "vs-caption"));
    this.code = this.text.appendChild(make("div", "vs-code"));
    this.note = this.text.appendChild(make("div", "vs-note vs-problem"));
    const body = box.appendChild(make("div", "vs-body"));
    const events = {
      hover: (r, c) => this.point(r, c),
      leave: () => this.leave(),
      choose: (r, c) => this.choose(r, c),
      key: (e) => this.stageKey(e),
    };
    this.stage = new StageView(body, events);
    this.right = body.appendChild(make("div", "vs-right"));
    this.sizes = new SizesView(this.right);
    this.mask = new MaskView(this.right, { cell: (i, j) => this.open(i, j), leave: () => {} }, words);
    this.inset = new InsetView(this.right);
    this.heads = this.mask.root.appendChild(make("div", "vs-heads"));
    this.readout = this.right.appendChild(make("div", "vs-readout"));
    this.readout.setAttribute("role", "status");
    this.resize.observe(box);
    this.box = box;
  }

  showHeads() {
    this.heads.replaceChildren();
    if (!this.attention) return;
    this.head = Math.min(this.head, this.attention.heads - 1);
    const select = make("select");
    for (let head = 0; head < this.attention.heads; head++) select.append(make("option", "", String(head)));
    select.value = String(this.head);
    select.addEventListener("change", () => this.with({ head: Number(select.value) }));
    const field = make("label", "vs-field");
    field.append(make("span", "", this.words.head), select);
    const toggle = make("label", "vs-field");
    this.check = make("input");
    this.check.type = "checkbox";
    this.check.checked = this.withMask;
    this.check.addEventListener("change", () => this.with({ withMask: this.check.checked }));
    toggle.append(this.check, make("span", "", this.words.withMask));
    this.heads.append(field, toggle);
  }

  with(part) {
    Object.assign(this, part);
    this.draw();
  }

  showMap() {
    this.stage.show(this.windows, this.image, this.look);
    this.inset.show(this.windows, this.image, this.look);
    this.mask.fit();
    this.draw();
  }

  fit() {
    if (!this.windows || this.box.clientWidth === this.lastWidth) return;
    this.lastWidth = this.box.clientWidth;
    this.showMap();
  }

  // What a person does

  change(part) {
    const { block, height, width, window } = this.data.setting;
    this.ask({ block, height, width, window, shift: this.shift, chosen: this.chosen, own: false, ...part });
  }

  ask(setting) {
    this.sent += 1;
    this.tell({ ...setting, sequence: this.sent });
  }

  setShift(shift, done) {
    this.shift = shift;
    this.clampPair();
    if (done) this.change({});
    this.draw();
  }

  jump(t) {
    this.player.stop();
    this.seek(t);
  }

  seek(t) {
    this.t = t;
    if (maskShown(t) && this.query === null) this.query = this.firstQuery();
    this.draw();
  }

  step(direction) {
    const from = this.player.tick && !this.player.playing ? this.player.target : this.t;
    const next = direction > 0 ? Math.floor(from + 1e-6) + 1 : Math.ceil(from - 1e-6) - 1;
    this.player.glide(this.t, Math.min(LAST_FRAME, Math.max(0, next)), this.still);
  }

  /** Whether this person wants no motion. */
  get still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  play() {
    if (this.player.playing) this.player.stop();
    else this.player.start(this.t, this.still);
    this.draw();
  }

  /** The slot (window and place) of a place of the map as it is drawn now. */
  slotAt(row, column) {
    const index = row * this.windows.width + column;
    if (isRolled(this.t)) return this.windows.fromCell[index];
    return this.current().fromOrigin[index];
  }

  /** The windows that are drawn now: the regular ones of the block before, or the shifted ones. */
  current() {
    return this.windows.shifts[isRegular(this.t) ? 0 : this.shift];
  }

  point(row, column) {
    this.cursor = [row, column];
    const slot = this.slotAt(row, column);
    const window = Math.floor(slot / this.windows.size);
    if (maskShown(this.t) && window === this.chosen && isRolled(this.t)) {
      this.query = slot % this.windows.size;
      if (weightsShown(this.t)) this.key = null;
    }
    this.draw();
  }

  leave() {
    this.cursor = null;
    this.draw();
  }

  choose(row, column) {
    const slot = this.slotAt(row, column);
    const window = Math.floor(slot / this.windows.size);
    if (isRegular(this.t) || window === this.chosen) return;
    this.chosen = window;
    this.query = slot % this.windows.size;
    this.key = null;
    this.draw();
    this.change({});
  }

  stageKey(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = this.cursor ?? [0, 0];
    if (!step) this.choose(row, column);
    else if (!this.cursor) this.point(...this.windows.box(this.chosen).slice(0, 2));
    else
      this.point(
        Math.min(this.windows.height - 1, Math.max(0, row + step[0])),
        Math.min(this.windows.width - 1, Math.max(0, column + step[1])),
      );
  }

  open(i, j) {
    this.player.stop();
    this.cursor = null;
    this.query = i;
    this.key = j;
    this.draw();
  }

  /** A query to begin with: the middle of the window. */
  firstQuery() {
    return Math.floor(this.windows.size / 2);
  }

  clampPair() {
    for (const name of ["query", "key"]) if (this[name] !== null && this[name] >= this.windows.size) this[name] = null;
  }

  // What is drawn

  get state() {
    const shift = this.windows.shifts[this.shift];
    return {
      t: this.t,
      shift,
      regular: this.windows.shifts[0],
      chosen: this.chosen,
      query: this.query,
      key: this.key,
      cursor: this.cursor,
      weights: this.weightsOfQuery(),
      weighted: false,
    };
  }

  /** Whether the weights that the server sent belong to what is shown. */
  get fits() {
    return this.attention && this.attention.window === this.chosen && this.attention.shift === this.shift;
  }

  /** The pattern that is shown: its floats, where this head starts, and its largest weight. */
  pattern() {
    if (!this.fits) return null;
    const { size } = this.windows;
    const values = this.withMask ? this.attention.masked : this.attention.unmasked;
    const first = this.head * size * size;
    let high = 0;
    // One scale for both, so that turning the mask off does not change what a colour means.
    for (const all of [this.attention.masked, this.attention.unmasked]) {
      for (let i = first; i < first + size * size; i++) high = Math.max(high, all[i]);
    }
    return { values, first, high, key: `${this.sent} ${this.head} ${this.withMask}` };
  }

  weightsOfQuery() {
    const pattern = weightsShown(this.t) && this.query !== null && this.pattern();
    if (!pattern) return null;
    const { size } = this.windows;
    return new Weights(pattern.values, pattern.first + this.query * size, size, this.look.attention, pattern.high);
  }

  draw() {
    if (!this.windows) return;
    const frame = Math.round(this.t);
    const state = this.state;
    this.controls.draw(this.shift, this.windows.shifts.length);
    this.transport.draw(this.t, frame, this.player.playing);
    this.drawText(FRAMES[frame], state.shift);
    this.stage.draw(state);
    const masked = maskShown(this.t);
    this.sizes.root.hidden = masked;
    this.mask.root.hidden = this.inset.root.hidden = !masked;
    if (masked) this.drawMask(state);
    else this.drawSizes(state);
    this.readout.textContent = describe(this, state).join("\n");
  }

  drawText(frame, shift) {
    const { grid } = this.windows;
    const kind = grid.num_windows === 1 ? "one" : shift.shift === 0 ? "zero" : "shift";
    const sentence = this.words[`${kind}_${frame}`] ?? this.words[`say_${frame}`];
    const values = {
      s: shift.shift,
      m: grid.window,
      mm: this.windows.size,
      n: grid.num_windows,
      p: shift.pieces.length,
      k: shift.sizes.length,
      h: grid.height,
      w: grid.width,
      rows: grid.rows,
      columns: grid.columns,
    };
    const title = this.words[`title_${frame}`];
    const key = `${frame} ${kind} ${JSON.stringify(values)} ${this.data.note} ${this.data.setting.sequence}`;
    if (key === this.said) return;
    this.said = key;
    this.caption.replaceChildren(make("b", "", `${FRAMES.indexOf(frame) + 1}  ${title}  `), filled(sentence, values));
    this.note.textContent = this.data.note;
    this.code.replaceChildren(
      ...(this.data.code[frame] ?? []).map(([text, shape]) => {
        const line = make("div");
        line.append(make("span", "", text), make("span", "vs-shape", shape));
        return line;
      }),
    );
    const where = this.data.code[frame]?.length ? "" : "none";
    this.code.style.display = where;
    this.stage.canvas.setAttribute("aria-label", `${title}. ${filled(sentence, values)} ${this.words.stageHelp}`);
  }

  drawSizes({ shift, regular, t }) {
    const { grid } = this.windows;
    const noun = this.padded ? this.words.places : this.words.patches;
    this.stage.title.textContent = this.stageTitle();
    if (t >= 2.5 && shift.shift > 0) {
      this.sizes.drawSums(
        filled(this.words.sums, { n: grid.num_windows }),
        this.windows.compositions(shift),
        grid.window,
        noun,
      );
      return;
    }
    const naive = t >= 1.5 && shift.shift > 0;
    const count = naive ? shift.pieces.length : grid.num_windows;
    const note = naive ? filled(this.words.naiveNote, { n: grid.num_windows, p: count, m: grid.window }) : "";
    this.sizes.draw(
      filled(this.words.count, { n: count }),
      naive ? shift.sizes : regular.sizes,
      grid.window,
      note,
      noun,
    );
  }

  drawMask(state) {
    const { size } = this.windows;
    const weighted = weightsShown(this.t);
    const pattern = weighted ? this.pattern() : null;
    const names = { window: this.chosen, mm: size, head: this.head };
    const title = weighted ? (this.withMask ? "patternOf" : "leakOf") : "maskOf";
    this.mask.title.textContent = filled(this.words[title], names);
    this.mask.canvas.setAttribute("aria-label", `${this.mask.title.textContent}. ${this.words.maskHelp}`);
    this.heads.hidden = !weighted || !this.fits;
    this.mask.draw(state, this.look, pattern);
    this.inset.title.textContent = this.words.inPicture;
    this.inset.canvas.setAttribute("aria-label", this.words.inPicture);
    this.inset.draw({ ...state, weighted: Boolean(pattern && state.weights) });
    this.stage.title.textContent = this.stageTitle();
  }

  get padded() {
    const { padded, height, width } = this.windows.grid;
    return padded[0] !== height || padded[1] !== width;
  }

  stageTitle() {
    const { grid } = this.windows;
    const where = isRolled(this.t) ? this.words.rolledMap : this.words.pictureMap;
    return `${filled(where, { s: this.shift })} \u00b7 ${grid.height} x ${grid.width}${this.padded ? ` \u2192 ${grid.padded.join(" x ")} ${this.words.padded}` : ""}`;
  }

  destroy() {
    this.player.stop();
    this.resize.disconnect();
  }
}
