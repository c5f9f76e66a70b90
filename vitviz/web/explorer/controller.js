// What a person does by pointer, keyboard and toolbar becomes what is chosen. Knows no elements.
import { action, moved } from "./keys.js";
import { besideFirst } from "./state.js";

/** @import { Selection } from "./selection.js" */
/** @import { Act, Actions, Choice, State } from "./types.d.ts" */
/**
 * What follows a choice. `changed` is called with the state before it; `strongest` is the token of the largest weight.
 * @typedef {object} Effects
 * @property {() => void} draw
 * @property {(before: State) => void} changed
 * @property {() => void} closeWeight
 * @property {(from: HTMLElement) => void} focusWeight
 * @property {() => number | undefined} strongest
 * @property {(kind: "npz" | "png" | "svg") => void} save
 */

/** @implements {Actions} */
export class Controller {
  /**
   * @param {Selection} selection
   * @param {Effects} effects
   */
  constructor(selection, effects) {
    this.selection = selection;
    this.effects = effects;
  }

  /** @param {Partial<State>} part */
  change(part) {
    const before = this.selection.state;
    this.selection.change(part);
    this.effects.changed(before);
  }

  /**
   * The pointer passes over a token: nothing is sent to the host.
   * @param {number} token
   */
  hover(token) {
    if (this.selection.pass(token)) this.effects.draw();
  }

  leave() {
    if (this.selection.leave()) this.effects.draw();
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  hoverPair(i, j) {
    this.selection.passPair(i, j);
    this.effects.draw();
  }

  /** @param {number} token */
  choose(token) {
    const { state, averaged } = this.selection;
    if (this.painting) this.paint(token, true);
    else if (averaged) this.change({ region: [], token, pinned: true });
    else if (!state.pinned) this.change({ token, pinned: true });
    else if (token === state.token) this.escape();
    else this.open(state.token, token);
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  choosePair(i, j) {
    this.open(...this.selection.subjectFirst(i, j));
  }

  /**
   * @param {number} token
   * @param {number} other
   */
  open(token, other) {
    const before = this.selection.state;
    this.selection.open(token, other);
    this.effects.changed(before);
  }

  /**
   * @param {Choice} choice
   * @param {boolean} second whether it is for the second pane
   */
  chooseMap({ layer, head }, second) {
    // The small maps are those of the first model.
    this.change(second && !this.selection.setting.other ? { second: { layer, head } } : { layer, head });
  }

  /**
   * Another layer or head in the second pane, if there is one. Taken from what is chosen, not from what is drawn: two
   * choices may come within one frame.
   * @param {Partial<Choice>} part
   */
  changeSecond(part) {
    const { second } = this.selection.state;
    if (second) this.change({ second: { ...second, ...part } });
  }

  /** Whether the pointer paints the region. */
  get painting() {
    return this.selection.painting;
  }

  /**
   * A stroke of the brush is at a token, its `first` one or a later one. Made from what is chosen, not from what is drawn:
   * many tokens may come within one frame.
   * @param {number} token
   * @param {boolean} first
   */
  paint(token, first) {
    const region = this.selection.painted(token, first);
    if (region.length !== this.selection.state.region.length || first) this.change({ region, token });
  }

  /**
   * One token of the region after the other.
   * @param {number} by
   */
  step(by) {
    if (this.selection.state.region.length)
      this.change({ token: this.selection.inRegion(by), together: false, pinned: true });
  }

  /** Back by one step: the opened weight is closed, else the region is given up, else the token is pinned no more. */
  escape() {
    const { selection, effects } = this;
    const open = selection.opened !== null;
    selection.pointTo(null);
    if (open) effects.closeWeight();
    else if (selection.state.region.length) this.change({ region: [] });
    else this.change({ pinned: false });
    effects.draw();
  }

  /** @param {Act} name */
  act(name) {
    if (name === "split")
      this.change({ second: { ...besideFirst(this.selection.state, this.selection.setting), head: "mean" } });
    else if (name === "join") this.change({ second: null });
    else if (name === "clear") this.change({ region: [] });
    else if (name === "brush") {
      this.selection.painting = !this.selection.painting;
      this.effects.draw();
    } else this.effects.save(name);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const asked = action(event);
    if (!asked) return;
    event.preventDefault();
    event.stopPropagation();
    const { selection, effects } = this;
    const { state, other } = selection;
    const map = selection.setting.layers[state.layer];
    const [name, ...values] = asked;
    const step = /** @type {[number, number]} */ (values);
    if (name === "move") this.change({ token: moved(state.token, step, map) });
    if (name === "moveOther" && selection.pointTo(moved(other ?? state.token, step, map))) effects.draw();
    if (name === "layer") this.change({ layer: state.layer + step[0] });
    if (name === "head") this.change({ head: selection.headAfter(step[0]) });
    if (name === "first") this.change({ token: 0 });
    if (name === "pin") this.change({ pinned: !state.pinned });
    if (name === "mark") this.paint(state.token, true);
    if (name === "together") this.change({ together: !state.together });
    if (name === "step") this.step(step[0]);
    if (name === "turn") this.change({ direction: state.direction === "row" ? "column" : "row" });
    if (name === "escape") this.escape();
    if (name === "open") {
      this.open(state.token, other ?? effects.strongest() ?? state.token);
      effects.focusWeight(/** @type {HTMLElement} */ (event.composedPath()[0]));
    }
  }
}
