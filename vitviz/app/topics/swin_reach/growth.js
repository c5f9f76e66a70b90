// How the receptive field grows, block by block: Python's figure (vitviz/plot/reach.py) with this token's numbers, and
// what they are at the chosen step.
import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";
import { percent, whole } from "./format.js";

/** @import { Axis, Figure, Words } from "../../../web/plotly/types.js" */
/** @typedef {{ label: string, sizes: number[] }} Line sizes in patches after every step */

const ROOM = 1.15; // above the whole picture

export class Growth {
  /**
   * @param {HTMLElement} parent
   * @param {(step: number) => void} choose is called with the step that is clicked
   */
  constructor(parent, choose) {
    this.chart = new Chart(parent.appendChild(make("div", "wr-growth")), { choose: (x) => choose(Math.round(x)) });
    this.key = parent.appendChild(make("div", "wr-key"));
  }

  destroy() {
    this.chart.destroy();
  }

  /**
   * @param {Figure} figure of `growth_lines`
   * @param {Line[]} lines
   * @param {number} all patches of the picture
   * @param {number} at the chosen step
   * @param {Words} words of the chart
   */
  draw(figure, lines, all, at, words) {
    this.chart.update(grown(figure, lines, all, at), words);
    this.key.replaceChildren(
      ...lines.map(({ label, sizes }, i) => {
        const item = make("div", "wr-key-item");
        item.append(make("span", i ? "wr-swatch wr-dashed" : "wr-swatch"));
        item.append(make("span", "", `${label}: ${whole(sizes[at])} / ${whole(all)} = ${percent(sizes[at] / all)}`));
        return item;
      }),
    );
  }
}

/**
 * The figure with other sizes and another step marked.
 * @param {Figure} figure
 * @param {Line[]} lines
 * @param {number} all
 * @param {number} at
 * @returns {Figure}
 */
export function grown({ data, layout }, lines, all, at) {
  const traces = data.map((trace, i) => ({ ...trace, y: Float64Array.from(lines[i].sizes) }));
  const floor = Math.max(1, Math.min(...lines.flatMap(({ sizes }) => sizes)) / 2);
  const shapes = layout.shapes?.map((shape) => (shape.name === "at" ? { ...shape, x0: at, x1: at } : shape));
  const yaxis = { .../** @type {Axis} */ (layout.yaxis), range: [Math.log10(floor), Math.log10(ROOM * all)] };
  return { data: traces, layout: { ...layout, shapes, yaxis } };
}
