// One layer norm: its tokens on the picture, their mean, variance and scale as maps, and the same as a chart.
import { Picker } from "../../../web/picker/picker.js";
import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";
import { overTokens } from "./figures.js";

/** @import { LayerNormData, NormWithNote } from "./layer_norms.js" */

/** @type {{ name: "mean" | "variance" | "scale", quantity: "activation" | "attention" }[]} */
const MAPS = [
  { name: "mean", quantity: "activation" },
  { name: "variance", quantity: "attention" },
  { name: "scale", quantity: "attention" },
];
const PICTURE_WIDTH = 250;
const MAP_WIDTH = 200;
const MOST_LINES = 28; // on a finer grid the lines would hide the picture

export class OneNorm {
  /**
   * @param {HTMLElement} root
   * @param {(token: number) => void} onChoose is called with the token that is clicked, as this layer norm counts it
   */
  constructor(root, onChoose) {
    /** @param {string} _ @param {number} token */
    const choose = (_, token) => onChoose(token);
    const left = root.appendChild(make("div"));
    this.title = left.appendChild(make("div", "vn-lead"));
    this.still = left.appendChild(make("img", "vn-still"));
    this.place = left.appendChild(make("div"));
    this.picture = new Picker(this.place, choose);
    this.note = left.appendChild(make("p", "vn-caption"));
    this.hint = left.appendChild(make("p", "vn-caption"));
    const right = root.appendChild(make("div"));
    this.several = right.appendChild(make("div"));
    this.lead = this.several.appendChild(make("div", "vn-lead"));
    const row = this.several.appendChild(make("div", "vn-maps"));
    this.maps = MAPS.map(({ name, quantity }) => {
      const place = row.appendChild(make("div"));
      const heading = place.appendChild(make("div", "vn-name"));
      return { name, quantity, heading, picker: new Picker(place, choose) };
    });
    this.chart = new Chart(right.appendChild(make("div")));
    this.caption = right.appendChild(make("p", "vn-caption"));
  }

  /**
   * Take over what does not depend on the layer norm.
   * @param {LayerNormData} data
   */
  update(data) {
    const { words, image, aspect, prefix, picker } = data;
    this.data = data;
    setBold(this.title, words.token);
    this.lead.textContent = words.maps;
    this.hint.textContent = words.try;
    for (const { name, heading } of this.maps) heading.textContent = words[name];
    const diamonds = prefix.length ? filled(words.diamonds, { names: prefix.join(", ") }) : "";
    this.label = `${filled(words.over_tokens, { times: data.times })} ${diamonds}`;
    this.caption.textContent = this.label;
    this.still.src = image;
    this.still.alt = picker.alt;
    this.still.style.aspectRatio = String(aspect);
  }

  /** The picture and the three maps where there are any, and the chart. */
  figures() {
    const { norm, data } = this;
    if (!norm || !data) return [];
    const maps = this.maps.flatMap(({ name, picker }) => picker.figures(`${norm.name} ${data.words[name]}`));
    return [...(norm.grid ? maps : []), this.chart.saved(norm.name)];
  }

  destroy() {
    this.chart.destroy();
  }

  /**
   * Show a layer norm and the chosen one of its tokens.
   * @param {NormWithNote} norm
   * @param {number} token
   */
  show(norm, token) {
    this.norm = norm;
    const pooled = !norm.grid;
    this.still.hidden = !pooled;
    this.place.hidden = this.several.hidden = pooled;
    this.note.textContent = norm.note;
    if (norm.grid) this.updateMaps(norm, ...norm.grid, token);
    this.draw(token);
  }

  /**
   * @param {NormWithNote} norm
   * @param {number} rows
   * @param {number} columns
   * @param {number} token
   */
  updateMaps(norm, rows, columns, token) {
    const { data } = this;
    if (!data) return;
    const { alt, help, token: tokenNoun, patch } = data.picker;
    const common = {
      image: data.image,
      aspect: data.aspect,
      alt,
      help,
      words: { token: tokenNoun, patch },
      rows,
      columns,
      token,
      prefix: norm.prefix,
      marked: norm.large,
      chips: true,
      lines: { rows: [], columns: [] },
    };
    this.picture.update({ ...common, width: PICTURE_WIDTH, grid: rows <= MOST_LINES, overlay: null });
    for (const { name, quantity, picker } of this.maps) {
      const [low, high] = norm.limits[name];
      const overlay = { overlay: norm[name], low, high, scale: data.scales[quantity], opacity: 1, scaleLabel: "" };
      picker.update({ ...common, ...overlay, width: MAP_WIDTH, grid: false });
    }
  }

  /**
   * Another token of the same layer norm.
   * @param {number} token
   */
  go(token) {
    if (this.norm?.grid) {
      this.picture.go(token);
      for (const { picker } of this.maps) picker.go(token);
    }
    this.draw(token);
  }

  /** @param {number} token */
  draw(token) {
    const { data, norm, label = "" } = this;
    if (data && norm) this.chart.update(overTokens(data.figure, norm, token, label), data.chart);
  }
}
