// All heads of cross-attention as small maps, a row for each layer: pieces down, words across. One of them is chosen.
import { make, write } from "../../../web/shared/dom.js";
import { Cells, Shades } from "../../../web/shared/shades.js";
import { filled } from "../../../web/shared/words.js";
import { mapOf } from "./maths.js";

/** @import { Shown } from "./types.d.ts" */

export class HeadMaps {
  /**
   * @param {HTMLElement} root
   * @param {(layer: number, head: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    root.classList.add("vt-maps");
    /** @type {{ button: HTMLButtonElement, cells: Cells, caption: HTMLElement, layer: number, head: number }[]} */
    this.maps = [];
    this.drawn = "";
  }

  /**
   * @param {number} layers
   * @param {number} heads
   */
  build(layers, heads) {
    if (this.maps.length === layers * (heads + 1)) return;
    this.maps = [];
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head <= heads; head++) {
        const button = make("button", "vt-map");
        button.type = "button";
        const cells = new Cells(button.appendChild(make("canvas")));
        const caption = button.appendChild(make("span", "vt-caption"));
        const number = head < heads ? head : -1;
        button.addEventListener("click", () => this.choose(layer, number));
        this.maps.push({ button, cells, caption, layer, head: number });
      }
    }
    this.root.style.setProperty("--vt-columns", String(heads + 1));
    this.root.replaceChildren(...this.maps.map(({ button }) => button));
  }

  /**
   * @param {Shown} shown
   * @param {Uint32Array} colours
   */
  draw({ answer, sizes, choice, step, words }, colours) {
    this.build(sizes.layers, sizes.heads);
    const drawn = JSON.stringify([answer.text, step, colours[200]]);
    for (const { button, cells, caption, layer, head } of this.maps) {
      write(button, null, { "aria-pressed": layer === choice.layer && head === choice.head });
      const habit = head >= 0 ? answer.habits?.[layer][head] : null;
      const name = head >= 0 ? filled(words.map, { layer, head }) : filled(words.map_mean, { layer });
      write(caption, name + (habit ? ` ${habit.aligned}/${habit.words}` : ""));
      if (drawn === this.drawn) continue;
      const map = Float32Array.from(mapOf(answer.cross, sizes, sizes.read, layer, head));
      map.fill(NaN, (step + 1) * sizes.read);
      cells.draw(map, 0, sizes.written, sizes.read, new Shades(colours, 1));
    }
    this.drawn = drawn;
  }
}
