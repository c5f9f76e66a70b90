// The line under the picture and the colour bar; a moment later the line is read to a screen reader.
import { colourBar } from "../shared/colours.js";
import { make } from "../shared/dom.js";
import { Announcer } from "../shared/words.js";
import { nameOf, reading } from "./wording.js";

/** @import { Shades } from "../shared/shades.js" */
/** @import { Scene, State, Theme } from "./types.d.ts" */

/** @type {Record<State["scale"], string>} the bar's label among the words */
const LABELS = { map: "barMap", token: "barToken", shared: "barShared" };

export class Readout {
  /**
   * @param {HTMLElement} parent
   * @param {HTMLElement} root where the announcer goes
   */
  constructor(parent, root) {
    const under = parent.appendChild(make("div", "vx-under"));
    this.line = under.appendChild(make("div", "vx-readout"));
    this.bar = under.appendChild(make("div"));
    this.barDrawn = "";
    this.announcer = new Announcer(root);
  }

  /**
   * @param {Scene} scene
   * @param {Shades} common
   * @param {Theme} theme
   */
  draw(scene, common, theme) {
    const text = reading(scene);
    if (this.line.textContent !== text) {
      this.line.textContent = text;
      this.line.classList.toggle("vx-problem", Boolean(scene.problem));
      this.announcer.announce(`${nameOf(scene, scene.state)}: ${text}`);
    }
    this.drawBar(scene, common, theme);
  }

  /**
   * @param {Scene} scene
   * @param {Shades} common
   * @param {Theme} theme
   */
  drawBar({ data, state }, { low, high, logarithmic }, { dark }) {
    const drawn = [high, logarithmic, state.scale, dark].join();
    if (drawn === this.barDrawn) return;
    this.barDrawn = drawn;
    this.bar.replaceChildren(colourBar(data.scales.attention, dark, low, high, data.words[LABELS[state.scale]]));
  }

  destroy() {
    this.announcer.destroy();
  }
}
