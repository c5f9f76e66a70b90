// The chosen query: where it looks in each head of each decoder layer, and how its answer changes from layer to layer.
import { make, write } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { lookers, moved, saidBy, shareInside } from "./maths.js";
import { SmallMaps } from "./small_maps.js";

/** @import { Choice } from "./types.d.ts" */
/** @import { Section, Shown } from "./view.js" */

/** @implements {Section} */
export class QuerySection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.root = make("div");
    this.title = this.root.appendChild(make("div", "vd-title vd-line"));
    this.steps = this.root.appendChild(make("div", "vd-steps vv-mono"));
    this.maps = new SmallMaps(this.root.appendChild(make("div", "vd-maps")), (layer, head) => choose({ layer, head }));
    this.read = this.root.appendChild(make("div", "vv-readout"));
  }

  /** @param {Shown} shown */
  map({ data, answer, choice, colours }) {
    if (choice.head < 0) return null;
    const { offset, high } = place(data.sizes, answer.cross, choice, choice.layer, choice.head);
    return { values: answer.cross, offset, grid: data.sizes.grid, colours: colours.attention, high };
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { data, answer, choice, said, colours, picture, kindName, under } = shown;
    const words = data.words;
    const { sizes } = data;
    const own = said[choice.query];
    const says = own.none > own.score ? words.none_long : kindName(own.kind);
    write(this.title, filled(words.query_title, { query: choice.query, says, layer: choice.layer }));
    while (this.steps.children.length < sizes.layers) this.steps.append(make("div", "vd-line"));
    for (const [layer, line] of [...this.steps.children].entries()) {
      const now = saidBy(answer, sizes, layer, choice.query);
      const before = layer ? saidBy(answer, sizes, layer - 1, choice.query).box : null;
      const values = { layer, kind: kindName(now.kind), score: now.score, none: now.none };
      const step = before
        ? filled(words.step_on, { ...values, moved: moved(before, now.box, answer.page.size) })
        : filled(words.step_first, values);
      write(line, step);
      line.classList.toggle("vd-now", layer === choice.layer);
    }
    this.maps.draw({
      layers: sizes.layers,
      heads: sizes.heads,
      grid: sizes.grid,
      picture,
      of: answer,
      colours: colours.attention,
      values: answer.cross,
      at: (layer, head) => place(sizes, answer.cross, choice, layer, head),
      caption: (layer, head) => {
        const { offset } = place(sizes, answer.cross, choice, layer, head);
        const { box } = saidBy(answer, sizes, sizes.layers - 1, choice.query);
        const inside = shareInside(answer.cross, offset, sizes.grid, box);
        return filled(words.map, { layer, head, share: inside });
      },
      chosen: [choice.layer, choice.head],
      words,
    });
    write(this.read, under === null ? this.help(shown) : this.lookers(shown, under));
  }

  /** @param {Shown} shown */
  help({ data: { words }, choice }) {
    return choice.head < 0 ? words.maps_help : filled(words.map_over, { ...choice });
  }

  /**
   * Which queries look at a place.
   * @param {Shown} shown
   * @param {number} under
   */
  lookers({ data: { words, sizes }, answer, choice }, under) {
    const [a, b, c] = lookers(answer.cross, sizes, choice.layer, under);
    const at = { row: Math.floor(under / sizes.grid[1]), column: under % sizes.grid[1], layer: choice.layer };
    const weights = { first: a.query, second: b.query, third: c.query, a: a.weight, b: b.weight, c: c.weight };
    return filled(words.place_read, { ...at, ...weights });
  }

  /** @param {Shown} shown */
  figures({ data, answer, choice }) {
    const { sizes } = data;
    const [rows, columns] = sizes.grid;
    const values = new Float32Array(sizes.layers * sizes.heads * rows * columns);
    for (let layer = 0; layer < sizes.layers; layer++) {
      for (let head = 0; head < sizes.heads; head++) {
        const { offset } = place(sizes, answer.cross, choice, layer, head);
        values.set(
          answer.cross.subarray(offset, offset + rows * columns),
          (layer * sizes.heads + head) * rows * columns,
        );
      }
    }
    const shape = [sizes.layers, sizes.heads, rows, columns];
    return [
      {
        name: filled(data.words.maps_title, { query: choice.query }),
        element: this.maps.root,
        arrays: { cross_attention: { values, shape } },
      },
    ];
  }
}

/**
 * Where a map of the chosen query begins in the weights (L, H, Q, N), and its largest weight.
 * @param {import("./types.d.ts").Sizes} sizes
 * @param {Float32Array} cross
 * @param {Choice} choice
 * @param {number} layer
 * @param {number} head
 */
function place({ heads, queries, grid }, cross, choice, layer, head) {
  const places = grid[0] * grid[1];
  const offset = ((layer * heads + head) * queries + choice.query) * places;
  let high = 0;
  for (let i = offset; i < offset + places; i++) if (cross[i] > high) high = cross[i];
  return { offset, high };
}
