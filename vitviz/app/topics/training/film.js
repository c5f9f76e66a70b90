// A network's look at one picture, snapshot by snapshot: attention, positions and class token on a scrubber.
import { Chosen } from "../../../web/shared/chosen.js";
import { colourBar, isDark } from "../../../web/shared/colours.js";
import { button, slider } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { mergeHeldKeys } from "../../../web/shared/events.js";
import { Lifetime } from "../../../web/shared/lifetime.js";
import { sentFigure } from "../../../web/shared/save_figure.js";
import { filled } from "../../../web/shared/words.js";
import { frameOf } from "./frames.js";
import { DARKEST, RunView } from "./run_view.js";

/** @import { Scale, Send } from "../../../web/shared/types.d.ts" */
/** @import { Run } from "./frames.js" */
/**
 * @typedef {{ runs: Run[], side: number, query: number, picture: string, classes: string[], label: number,
 *   words: Record<string, string>, scales: Record<"attention" | "position" | "activation", Scale> }} Data
 */

const FRAME = 420; // milliseconds of a snapshot while the film plays

class Film {
  /**
   * @param {HTMLElement} root
   * @param {Data} data
   * @param {Send} send
   */
  constructor(root, data, send) {
    this.root = root;
    this.send = send;
    this.data = data;
    this.query = new Chosen();
    this.dark = false;
    this.at = 0;
    this.follows = true; // the last snapshot, until a person moves the slider
    this.lifetime = new Lifetime();
    const top = root.appendChild(make("div", "vtf-top"));
    this.play = button(top, data.words.play, () => this.toggle(), "vv-tool");
    this.slider = slider(top, data.words.snapshot, (value) => this.move(value));
    this.body = root.appendChild(make("div", "vtf-body"));
    this.readout = root.appendChild(make("div", "vv-readout"));
    this.readout.setAttribute("role", "status");
    this.bars = root.appendChild(make("div", "vtf-bars"));
    this.tick = this.lifetime.afterRest(FRAME, () => this.next());
    this.draw = this.lifetime.inFrame(() => this.show());
    this.playing = false;
    /** @type {RunView[]} */
    this.views = [];
    this.built = this.drawnBars = ""; // of what the elements are
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    this.dark = isDark(this.root);
    this.query.restart(data.query);
    if (this.follows) this.at = this.last;
    this.at = Math.min(this.at, this.last);
    write(this.play, data.words[this.playing ? "pause" : "play"]);
    write(this.slider.caption, data.words.snapshot);
    this.show();
  }

  /** The newest snapshot that every run has. */
  get last() {
    return Math.min(...this.data.runs.map((run) => run.steps.length)) - 1;
  }

  /** @param {number} value */
  move(value) {
    this.at = value;
    this.follows = value === this.last;
    this.draw();
  }

  toggle() {
    this.playing = !this.playing;
    write(this.play, this.data.words[this.playing ? "pause" : "play"]);
    if (!this.playing) return;
    if (this.at >= this.last) this.at = 0;
    this.follows = false;
    this.show();
    this.tick();
  }

  next() {
    if (!this.playing) return;
    if (this.at >= this.last) return this.toggle();
    this.move(this.at + 1);
    this.tick();
  }

  /** @param {number} query */
  choose(query) {
    if (!this.query.choose(query)) return;
    this.send("query", query);
    this.draw();
  }

  show() {
    const { runs, words, picture, scales } = this.data;
    const text = filled(words.at, { step: runs[0].steps[this.at], number: this.at, last: this.last });
    this.slider.set(this.at, this.last, text);
    const { dark } = this;
    const span = this.tokenSpan();
    this.build();
    for (const [i, run] of runs.entries()) {
      const chosen = this.query.value < 0 ? run.query : this.query.value;
      this.views[i].draw(run, this.at, { picture, chosen, dark, scales, span });
    }
    this.drawBars(dark, span);
    this.say();
  }

  /** The elements, anew where a run is another kind of network or the words are of another language. */
  build() {
    const { runs, words, side } = this.data;
    const built = [words.positions, side, ...runs.map(RunView.shape)].join("\n");
    if (built === this.built) return;
    this.built = built;
    const events = {
      choose: (/** @type {number} */ query) => this.choose(query),
      // The chosen patch once more: the class token again.
      click: (/** @type {number} */ patch) => this.choose(patch === this.query.value ? -1 : patch),
      read: (/** @type {string} */ text) => write(this.readout, text),
      leave: () => this.say(),
    };
    this.views = runs.map((run) => new RunView(run, side, words, events));
    this.body.replaceChildren(...this.views.map(({ root }) => root));
  }

  /**
   * @param {boolean} dark
   * @param {[number, number]} span
   */
  drawBars(dark, span) {
    const { runs, words, scales } = this.data;
    const drawn = `${this.built} ${dark} ${span}`;
    if (drawn === this.drawnBars) return;
    this.drawnBars = drawn;
    const bars = [colourBar(scales.attention, dark, 0, DARKEST, words.weights)];
    if (runs.some((run) => run.dim)) bars.push(colourBar(scales.position, dark, -1, 1, words.cosine));
    if (runs.some((run) => run.classToken.length)) bars.push(colourBar(scales.activation, dark, ...span, words.token));
    this.bars.replaceChildren(...bars);
  }

  /** Both ends of the class tokens' colours: one span for all runs and snapshots. @returns {[number, number]} */
  tokenSpan() {
    let most = 0;
    for (const { classToken } of this.data.runs) for (const value of classToken) most = Math.max(most, Math.abs(value));
    return [-most, most];
  }

  say() {
    const { runs, words, classes, label } = this.data;
    const said = runs.map((run) => {
      const p = frameOf(run.probabilities, this.at, classes.length);
      const best = p.indexOf(Math.max(...p));
      return filled(words.taken, {
        name: run.name,
        taken: classes[best],
        p: p[best],
        label: classes[label],
        right: p[label],
      });
    });
    write(this.readout, said.join("  "));
  }

  /** The arrays of the snapshots that are drawn. */
  figures() {
    return [sentFigure(this.root, { runs: this.data.runs }, this.data.words.title)];
  }

  destroy() {
    this.playing = false;
    this.lifetime.destroy();
    this.root.replaceChildren();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send is called with every "query" that is chosen
 */
export function mount(element, send) {
  /** @type {Film | null} */
  let film = null;
  const choose = mergeHeldKeys(send);
  return {
    /** @param {Data} data */
    update(data) {
      film ??= new Film(element, data, choose);
      film.update(data);
    },
    figures: () => film?.figures() ?? [],
    destroy: () => film?.destroy(),
  };
}
