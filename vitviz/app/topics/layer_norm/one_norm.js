// One layer norm: its tokens on the picture, their mean, variance and scale as maps, and the same as a chart.

import { Picker } from "../../../web/picker/picker.js";
import { Chart } from "../../../web/plotly/chart.js";
import { make } from "../../../web/shared/dom.js";
import { overTokens } from "./figures.js";
import { filled } from "./sentences.js";

const MAPS = { mean: "activation", variance: "attention", scale: "attention" };
const PICTURE_WIDTH = 250;
const MAP_WIDTH = 200;
const MOST_LINES = 28; // on a finer grid the lines would hide the picture

/** Fill an element with a sentence whose parts between ** are bold. */
export function say(element, sentence) {
  element.replaceChildren(...sentence.split("**").map((part, i) => (i % 2 ? make("b", "", part) : part)));
}

export class Here {
  /** `choose` hears the token that is clicked, as this layer norm numbers it. */
  constructor(root, choose) {
    const chosen = (_, token) => choose(token);
    const left = root.appendChild(make("div"));
    this.title = left.appendChild(make("div", "vn-says"));
    this.still = left.appendChild(make("img", "vn-still"));
    this.place = left.appendChild(make("div"));
    this.picture = new Picker(this.place, chosen);
    this.large = left.appendChild(make("p", "vn-caption"));
    this.hint = left.appendChild(make("p", "vn-caption"));
    const right = root.appendChild(make("div"));
    this.several = right.appendChild(make("div"));
    this.lead = this.several.appendChild(make("div", "vn-says"));
    const row = this.several.appendChild(make("div", "vn-maps"));
    this.maps = Object.keys(MAPS).map((name) => {
      const place = row.appendChild(make("div"));
      const heading = place.appendChild(make("div", "vn-name"));
      return { name, heading, picker: new Picker(place, chosen) };
    });
    this.chart = new Chart(right.appendChild(make("div")));
    this.caption = right.appendChild(make("p", "vn-caption"));
  }

  /** Take over what does not depend on the layer norm. */
  update(data) {
    const { words, image, aspect, prefix, picker } = data;
    this.data = data;
    say(this.title, words.token);
    this.lead.textContent = words.maps;
    this.hint.textContent = prefix.length ? words.try : words.try_swin;
    for (const { name, heading } of this.maps) heading.textContent = words[name];
    const diamonds = prefix.length ? filled(words.diamonds, { names: prefix.join(", ") }) : "";
    this.says = `${filled(words.over_tokens, { times: data.times })} ${diamonds}`;
    this.caption.textContent = this.says;
    this.still.src = image;
    this.still.alt = picker.alt;
    this.still.style.aspectRatio = String(aspect);
  }

  /** Show a layer norm and the chosen one of its tokens. */
  show(norm, token) {
    this.norm = norm;
    const pooled = !norm.grid;
    this.still.hidden = !pooled;
    this.place.hidden = this.several.hidden = pooled;
    this.large.textContent = norm.says;
    if (!pooled) this.pickers(token);
    this.draw(token);
  }

  pickers(token) {
    const { data, norm } = this;
    const [rows, columns] = norm.grid;
    const { alt, help, ...words } = data.picker;
    const common = {
      image: data.image,
      aspect: data.aspect,
      alt,
      help,
      words,
      rows,
      columns,
      token,
      prefix: norm.prefix,
      marked: norm.large,
      chips: true,
      lines: { rows: [], columns: [] },
    };
    this.picture.update({ ...common, width: PICTURE_WIDTH, grid: rows <= MOST_LINES, overlay: null });
    for (const { name, picker } of this.maps) {
      const [low, high] = norm.limits[name];
      const overlay = { overlay: norm[name], low, high, scale: data.scales[MAPS[name]], opacity: 1, scaleLabel: "" };
      picker.update({ ...common, ...overlay, width: MAP_WIDTH, grid: false });
    }
  }

  /** Another token of the same layer norm. */
  go(token) {
    if (this.norm.grid) {
      this.picture.go(token);
      for (const { picker } of this.maps) picker.go(token);
    }
    this.draw(token);
  }

  draw(token) {
    const { figures, chart } = this.data;
    this.chart.update(overTokens(figures.tokens, this.norm, token, this.says), chart);
  }
  destroy() {
    this.chart.destroy();
  }
}
