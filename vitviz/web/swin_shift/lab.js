// The shift, step by step: one state, and every view that follows it.
import { make } from "../shared/dom.js";
import { arrowStep } from "../shared/events.js";
import { arraysIn } from "../shared/save_figure.js";
import { caption, counted, mapTitle, tableTitle } from "./captions.js";
import { Controls } from "./controls.js";
import { describe } from "./description.js";
import { Windows } from "./geometry.js";
import { HeadChoice } from "./heads.js";
import { InsetView } from "./inset.js";
import { MaskView } from "./mask.js";
import { Player } from "./player.js";
import { SizesView } from "./sizes.js";
import { StageView } from "./stage.js";
import { LabState } from "./state.js";
import { readTheme, Weights } from "./theme.js";
import { FRAMES, maskShown, weightsShown } from "./timeline.js";
import { Transport } from "./transport.js";

/** @import { LabData, Setting, Words } from "./types.js" */

export class Lab {
  /**
   * @param {HTMLElement} root
   * @param {(setting: Partial<Setting>) => void} onSetting asks the server for another map, window size or window
   */
  constructor(root, onSetting) {
    this.root = root;
    this.onSetting = onSetting;
    this.player = new Player(globalThis, (t) => this.seek(t));
    this.resize = new ResizeObserver(() => this.fit());
    this.image = new Image();
    this.image.onload = () => this.showMap();
    /** @type {LabState | undefined} */
    this.state = undefined;
    this.spoken = ""; // the words that the views were built with
    this.captioned = "";
    this.width = 0;
  }

  /**
   * What Python computed for a setting.
   * @param {LabData} data
   */
  update(data) {
    this.data = data;
    if (JSON.stringify(data.words) !== this.spoken) this.build(data.words);
    this.theme = readTheme(this.root, data);
    const windows = new Windows(data);
    this.state ??= new LabState(windows);
    this.state.update(windows, data);
    this.views?.controls.update(data);
    this.views?.heads.update(data.attention?.heads ?? 0, this.state.head, this.state.withMask);
    if (this.image.getAttribute("src") !== data.image) this.image.src = data.image;
    this.showMap();
  }

  /**
   * All views anew: at first, and in another language.
   * @param {Words} words
   */
  build(words) {
    this.spoken = JSON.stringify(words);
    this.captioned = "";
    this.resize.disconnect();
    this.root.replaceChildren();
    const box = this.root.appendChild(make("div", "vs"));
    const controls = new Controls(
      box,
      { change: (part) => this.change(part), shift: (shift, done) => this.setShift(shift, done) },
      words,
    );
    const transport = new Transport(
      box,
      { seek: (t) => this.jump(t), step: (direction) => this.step(direction), play: () => this.play() },
      words,
    );
    const text = box.appendChild(make("div", "vs-text"));
    const sentence = text.appendChild(make("p", "vs-caption"));
    const code = text.appendChild(make("div", "vs-code"));
    const note = text.appendChild(make("div", "vs-note vs-problem"));
    const body = box.appendChild(make("div", "vs-body"));
    const stage = new StageView(body, {
      hover: (place) => this.act(() => this.state?.point(place)),
      leave: () => this.act((state) => (state.cursor = null)),
      choose: (place) => this.choose(place),
      key: (event) => this.key(event),
    });
    const right = body.appendChild(make("div", "vs-right"));
    const sizes = new SizesView(right);
    const mask = new MaskView(right, (query, key) => this.open(query, key), words);
    const inset = new InsetView(right);
    const heads = new HeadChoice(mask.root, words, (choice) => this.act((state) => Object.assign(state, choice)));
    const readout = right.appendChild(make("div", "vs-readout"));
    readout.setAttribute("role", "status");
    this.views = { box, body, controls, transport, sentence, code, note, stage, sizes, mask, inset, heads, readout };
    this.resize.observe(box);
  }

  showMap() {
    const { views, state, theme } = this;
    if (!views || !state || !theme) return;
    views.stage.show(state.windows, this.image, theme);
    views.inset.show(state.windows, this.image, theme);
    views.mask.fit();
    this.draw();
  }

  fit() {
    const width = this.views?.box.clientWidth ?? 0;
    if (width === this.width) return;
    this.width = width;
    this.showMap();
  }

  // What a person does

  /**
   * Change the state, and draw what follows.
   * @param {(state: LabState) => unknown} change
   */
  act(change) {
    if (!this.state) return;
    change(this.state);
    this.draw();
  }

  /** @param {Partial<Setting>} part */
  change(part) {
    const { state, data } = this;
    if (!state || !data) return;
    state.sent += 1;
    const { block, height, width, window } = data.setting;
    const kept = { block, height, width, window, shift: state.shift, chosen: state.chosen, own: false };
    this.onSetting({ ...kept, ...part, sequence: state.sent });
  }

  /**
   * @param {number} shift
   * @param {boolean} done
   */
  setShift(shift, done) {
    this.act((state) => (state.shift = shift));
    if (done) this.change({});
  }

  /** @param {number} t */
  jump(t) {
    this.player.stop();
    this.seek(t);
  }

  /** @param {number} t */
  seek(t) {
    this.act((state) => state.seek(t));
  }

  /** @param {number} direction */
  step(direction) {
    const t = this.state?.t ?? 0;
    const from = this.player.target ?? t;
    const next = direction > 0 ? Math.floor(from + 1e-6) + 1 : Math.ceil(from - 1e-6) - 1;
    this.player.glide(t, Math.min(FRAMES.length - 1, Math.max(0, next)), this.still);
  }

  /** Whether this person wants no motion. */
  get still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  play() {
    if (this.player.playing) this.player.stop();
    else this.player.start(this.state?.t ?? 0, this.still);
    this.draw();
  }

  /** @param {readonly [number, number]} place */
  choose(place) {
    if (!this.state?.choose(place)) return;
    this.draw();
    this.change({});
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = arrowStep(event);
    const { state } = this;
    if (!state || (!step && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (step) this.act(() => state.point(state.moved(step)));
    else this.choose(state.cursor ?? [0, 0]);
  }

  /**
   * @param {number} query
   * @param {number} key
   */
  open(query, key) {
    this.player.stop();
    this.act((state) => state.open(query, key));
  }

  // What is drawn

  draw() {
    const { state, data, views, theme } = this;
    if (!state || !data || !views || !theme) return;
    const frame = Math.round(state.t);
    views.controls.draw(state.shift, state.windows.shifts.length);
    views.transport.draw(state.t, frame, this.player.playing);
    this.drawText(state, data, frame);
    const pattern = weightsShown(state.t) ? state.pattern() : null;
    const weights =
      pattern && state.query !== null ? new Weights(pattern, state.query, state.windows.size, theme.attention) : null;
    views.stage.title.textContent = mapTitle(state, data.words);
    views.stage.draw(state, weights);
    const masked = maskShown(state.t);
    views.sizes.root.hidden = masked;
    views.mask.root.hidden = views.inset.root.hidden = !masked;
    if (masked) {
      const title = tableTitle(state, data.words);
      views.mask.title.textContent = title;
      views.mask.canvas.setAttribute("aria-label", `${title}. ${data.words.maskHelp}`);
      views.heads.root.hidden = !weightsShown(state.t) || !state.hasWeights;
      views.mask.draw(state, theme, pattern);
      views.inset.title.textContent = data.words.inPicture;
      views.inset.canvas.setAttribute("aria-label", data.words.inPicture);
      views.inset.draw(state, weights);
    } else this.drawSizes(state, data.words);
    views.readout.textContent = describe(state, data.words, data.attentionNote, theme.masked).join("\n");
  }

  /**
   * The caption and the source lines of a frame, made anew only when they change.
   * @param {LabState} state
   * @param {LabData} data
   * @param {number} number
   */
  drawText(state, data, number) {
    const { views } = this;
    if (!views) return;
    const frame = FRAMES[number];
    const { words } = data;
    const title = words[`title_${frame}`];
    const sentence = caption(state, words, frame);
    const captioned = [frame, sentence, data.note, data.setting.sequence].join("\n");
    if (captioned === this.captioned) return;
    this.captioned = captioned;
    views.sentence.replaceChildren(make("b", "", `${number + 1}  ${title}  `), sentence);
    views.note.textContent = data.note;
    const lines = data.code[frame] ?? [];
    views.code.replaceChildren(
      ...lines.map(([text, shape]) => {
        const line = make("div");
        line.append(make("span", "", text), make("span", "vs-shape", shape));
        return line;
      }),
    );
    views.code.style.display = lines.length ? "" : "none";
    views.stage.canvas.setAttribute("aria-label", `${title}. ${sentence} ${words.stageHelp}`);
  }

  /**
   * @param {LabState} state
   * @param {Words} words
   */
  drawSizes(state, words) {
    const { window } = state.windows.grid;
    const noun = state.windows.isPadded ? words.places : words.patches;
    const { title, note, sizes } = counted(state, words);
    if (sizes) this.views?.sizes.draw(title, sizes, window, note, noun);
    else this.views?.sizes.drawSums(title, state.windows.compositions(state.shifted), window, noun);
  }

  /** The map and the windows, and where weights are shown those of every head. */
  figures() {
    const { state, data, views } = this;
    if (!state || !data || !views) return [];
    const { tokens, regions, origins } = data.shifts[state.shift];
    const { masked, unmasked } = data.attention ?? {};
    const arrays = arraysIn({ cells: data.cells, tokens, regions, origins, masked, unmasked });
    return [{ name: views.stage.title.textContent ?? "", element: views.body, arrays }];
  }

  destroy() {
    this.player.stop();
    this.resize.disconnect();
    this.image.onload = null;
  }
}
