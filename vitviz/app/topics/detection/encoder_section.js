// The encoder: where one place of the map looks, in every head of every layer, before there are any queries.
import { make } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { attentionRow } from "./maths.js";
import { SmallMaps } from "./small_maps.js";

/** @import { Answer, Choice, Sizes } from "./types.d.ts" */
/** @import { Section, Shown } from "./view.js" */

/** @implements {Section} */
export class EncoderSection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.root = make("div");
    this.title = this.root.appendChild(make("div", "vd-title"));
    this.maps = new SmallMaps(this.root.appendChild(make("div", "vd-maps vd-maps-large")), (layer, head) => {
      this.over = { layer, head };
      choose({});
    });
    this.over = { layer: 0, head: -1 }; // which map lies over the picture
    this.note = this.root.appendChild(make("div", "vd-found"));
    /** @type {{ answer: Answer, place: number, values: Float32Array } | null} */
    this.rows = null;
  }

  /** @param {Shown} shown */
  map(shown) {
    const rows = this.rowsOf(shown);
    const { sizes } = shown.data;
    const { layer, head } = this.over;
    if (!rows || head < 0) return null;
    const places = sizes.grid[0] * sizes.grid[1];
    const offset = (layer * sizes.heads + head) * places;
    const high = largest(rows, offset, places);
    return { values: rows, offset, grid: sizes.grid, colours: shown.colours.attention, high };
  }

  /**
   * The weights of the chosen place, (encoder layers, H, N), from the queries and keys; null until they are there.
   * @param {Shown} shown
   */
  rowsOf({ data: { sizes }, answer, choice: { place } }) {
    if (!answer.encoder) return null;
    if (this.rows?.answer !== answer || this.rows.place !== place) {
      this.rows = { answer, place, values: encoderRows(answer.encoder, sizes, place) };
    }
    return this.rows.values;
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { data, answer, choice, colours, picture } = shown;
    const { words, sizes } = data;
    const [row, column] = [Math.floor(choice.place / sizes.grid[1]), choice.place % sizes.grid[1]];
    this.title.textContent = filled(words.encoder_title, { row, column });
    this.note.textContent = words.encoder_note;
    const values = this.rowsOf(shown);
    if (!values) return;
    const places = sizes.grid[0] * sizes.grid[1];
    this.maps.draw({
      layers: sizes.encoderLayers,
      heads: sizes.heads,
      grid: sizes.grid,
      picture,
      of: answer,
      colours: colours.attention,
      values,
      at: (layer, head) => {
        const offset = (layer * sizes.heads + head) * places;
        return { offset, high: largest(values, offset, places) };
      },
      caption: (layer, head) => filled(words.encoder_map, { layer, head }),
      chosen: [this.over.layer, this.over.head],
      words,
    });
  }

  /** @param {Shown} shown */
  figures(shown) {
    const values = this.rowsOf(shown);
    const { sizes, words } = shown.data;
    if (!values) return [];
    const shape = [sizes.encoderLayers, sizes.heads, ...sizes.grid];
    return [{ name: words.encoder_name, element: this.maps.root, arrays: { encoder_attention: { values, shape } } }];
  }
}

/**
 * @param {{ q: Float32Array, k: Float32Array }} encoder
 * @param {Sizes} sizes
 * @param {number} place
 */
export function encoderRows({ q, k }, { encoderLayers, heads, headDim, grid }, place) {
  const places = grid[0] * grid[1];
  const values = new Float32Array(encoderLayers * heads * places);
  for (let map = 0; map < encoderLayers * heads; map++) {
    values.set(attentionRow(q, k, map * places * headDim, places, headDim, place), map * places);
  }
  return values;
}

/**
 * @param {Float32Array} values
 * @param {number} offset
 * @param {number} count
 */
function largest(values, offset, count) {
  let high = 0;
  for (let i = offset; i < offset + count; i++) if (values[i] > high) high = values[i];
  return high;
}
