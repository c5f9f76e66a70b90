// The weight that a person opened: which numbers it needs, and where the focus goes.
import { nameOf, problemOf, tokenName } from "./wording.js";

/** @import { CellView } from "./cell.js" */
/** @import { Values } from "./cell_stages.js" */
/** @import { Selection } from "./selection.js" */
/** @import { Scene, Theme } from "./types.d.ts" */
/** @typedef {{ cell: CellView, theme: Theme, frame: HTMLElement }} Place where it is shown, and the picture's frame */

export class OpenedWeight {
  /**
   * @param {Selection} selection
   * @param {() => Scene} scene
   * @param {() => Place} place
   * @param {() => void} draw
   */
  constructor(selection, scene, place, draw) {
    this.selection = selection;
    this.scene = scene;
    this.place = place;
    this.draw = draw;
    /** @type {HTMLElement | undefined} what had the focus before the panel */
    this.cameFrom = undefined;
  }

  /** Show the weight of the opened pair, or say why there is none. */
  async show() {
    const scene = this.scene();
    const { cell: view, theme } = this.place();
    const { opened } = this.selection;
    const { state, engines, data } = scene;
    const [engine] = engines;
    if (opened === null) return;
    const maths = engine.layer(state.layer);
    if (!maths) {
      view.wait();
      return;
    }
    const [i, j] = this.selection.subjectFirst(state.token, opened);
    if (this.selection.averaged) {
      this.close();
      this.selection.hint = data.words.oneQuery;
      this.draw();
      return;
    }
    if (typeof state.head !== "number" || !maths.together(i, j)) {
      this.close();
      this.selection.hint = typeof state.head === "number" ? data.words.outside : data.words.oneHead;
      this.draw();
      return;
    }
    const weight = maths.cell(state.head, i, j);
    const another = view.root.hidden || view.opened?.weight.column !== weight.column;
    view.open(weight, { i: tokenName(scene, i), j: tokenName(scene, j), map: nameOf(scene, state) }, theme);
    if (another) view.reveal();
    try {
      const { arrays } = await engine.values(state.layer, state.head);
      view.setValues(weight, /** @type {Values} */ (arrays), maths.pair(state.head, i, j).window);
    } catch (error) {
      view.setProblem(weight, problemOf(error, data.words));
    }
  }

  /** Show it if it waits for numbers that are there now. */
  resume() {
    if (this.place().cell.waiting) this.show();
  }

  /** Focus that was in the panel goes back to where it came from: a hidden element would lose it to the page. */
  close() {
    const { cell, frame } = this.place();
    const page = /** @type {Document | ShadowRoot} */ (cell.root.getRootNode());
    const held = cell.root.contains(page.activeElement);
    cell.close();
    this.selection.close();
    if (held) (this.cameFrom?.isConnected ? this.cameFrom : frame).focus();
  }

  /**
   * Give the panel the focus, if it is open.
   * @param {HTMLElement} from what has the focus now
   */
  focus(from) {
    const { root } = this.place().cell;
    if (root.hidden) return;
    if (!root.contains(from)) this.cameFrom = from;
    root.focus();
  }
}
