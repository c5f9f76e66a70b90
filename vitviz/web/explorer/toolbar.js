// Choices above the maps: which layer, head and direction, and behind "view" how they are drawn.
import { make } from "../shared/dom.js";
import { AGGREGATES } from "./state.js";

function labelled(parent, text, control, className = "vx-field") {
  const label = parent.appendChild(make("label", className));
  label.append(make("span", "", text), control);
  return control;
}

function choice(options) {
  const select = make("select");
  for (const [value, text] of options) {
    const option = select.appendChild(make("option", "", text));
    option.value = value;
  }
  return select;
}

function range(low, high, step) {
  const input = make("input");
  Object.assign(input, { type: "range", min: low, max: high, step });
  return input;
}

const asHead = (value) => (AGGREGATES.includes(value) ? value : Number(value));

export class Toolbar {
  /** `change(part)` gets what a person changed of the state; `act(name)` what they want done. */
  constructor(parent, words, change, act) {
    Object.assign(this, { words, change, act });
    this.root = parent.appendChild(make("div", "vx-toolbar"));
    this.layer = labelled(this.root, "", range(0, 1, 1), "vx-field vx-layer");
    this.layerName = this.layer.previousSibling;
    this.layer.addEventListener("input", () => change({ layer: Number(this.layer.value) }));
    this.head = labelled(this.root, words.head, make("select"));
    this.head.addEventListener("change", () => change({ head: asHead(this.head.value) }));
    this.direction = this.segments(
      this.root,
      words.direction,
      [
        ["row", words.row],
        ["column", words.column],
      ],
      "direction",
    );
    this.start = labelled(this.root, words.start, range(0, 1, 1));
    this.start.addEventListener("input", () => change({ start: Number(this.start.value) }));
    this.more();
  }

  segments(parent, label, options, name) {
    const group = parent.appendChild(make("div", "vx-segments"));
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", label);
    return options.map(([value, text]) => {
      const button = group.appendChild(make("button", "", text));
      button.type = "button";
      button.addEventListener("click", () => this.change({ [name]: value }));
      return { button, value };
    });
  }

  more() {
    const { words, change } = this;
    const details = this.root.appendChild(make("details", "vx-more"));
    details.append(make("summary", "", words.view));
    const panel = details.appendChild(make("div", "vx-panel"));
    this.scale = labelled(
      panel,
      words.scale,
      choice([
        ["shared", words.scaleShared],
        ["token", words.scaleToken],
        ["map", words.scaleMap],
      ]),
    );
    this.scale.addEventListener("change", () => change({ scale: this.scale.value }));
    this.order = labelled(
      panel,
      words.order,
      choice([
        ["layer", words.orderLayer],
        ["entropy", words.orderEntropy],
        ["distance", words.orderDistance],
      ]),
    );
    this.order.addEventListener("change", () => change({ order: this.order.value }));
    this.opacity = labelled(panel, words.opacity, range(0, 1, 0.05));
    this.opacity.addEventListener("input", () => change({ opacity: Number(this.opacity.value) }));
    this.flags = ["log", "smooth", "second"].map((name) => {
      const box = make("input");
      box.type = "checkbox";
      labelled(panel, words[name], box, "vx-field vx-check");
      box.addEventListener("change", () =>
        name === "second" ? this.act(box.checked ? "split" : "join") : change({ [name]: box.checked }),
      );
      return { name, box };
    });
    this.secondLayer = labelled(panel, words.secondLayer, range(0, 1, 1));
    this.secondHead = labelled(panel, words.secondHead, make("select"));
    const chosen = (name, value) => change({ second: { ...this.second, [name]: value } });
    this.secondLayer.addEventListener("input", () => chosen("layer", Number(this.secondLayer.value)));
    this.secondHead.addEventListener("change", () => chosen("head", asHead(this.secondHead.value)));
    const files = panel.appendChild(make("div", "vx-files"));
    files.append(make("span", "", words.download));
    this.files = ["png", "svg", "npz"].map((name) => {
      const button = files.appendChild(make("button", "vx-tool", name.toUpperCase().replace("NPZ", ".npz")));
      button.type = "button";
      button.addEventListener("click", () => this.act(name));
      return button;
    });
    panel.append(make("p", "vx-keys", words.keys));
  }

  /** The heads that a select offers, and the one that is chosen. */
  offer(select, heads, aggregates, chosen) {
    const { words } = this;
    const names = [...Array(heads).keys(), ...aggregates];
    if (select.dataset.offered !== names.join()) {
      select.dataset.offered = names.join();
      const options = names.map((name) => [name, typeof name === "number" ? `${words.head} ${name}` : words[name]]);
      select.replaceChildren(...choice(options).children);
    }
    select.value = String(chosen);
  }

  /** Show a state. `aggregates` are the heads that are not single ones. */
  sync(state, layers, aggregates) {
    const { words } = this;
    const layer = layers[state.layer];
    Object.assign(this.layer, { max: layers.length - 1, value: state.layer });
    this.layerName.textContent = `${words.layer} ${state.layer}`;
    this.layer.setAttribute("aria-valuetext", layer.name);
    this.offer(this.head, layer.heads, aggregates, state.head);
    this.second = state.second;
    for (const control of [this.secondLayer, this.secondHead]) control.parentElement.hidden = !state.second;
    if (state.second) {
      const { layer: at, head } = state.second;
      Object.assign(this.secondLayer, { max: layers.length - 1, value: at });
      this.secondLayer.previousSibling.textContent = `${words.secondLayer} ${at}`;
      this.offer(this.secondHead, layers[at].heads, aggregates, head);
    }
    for (const { button, value } of this.direction)
      button.setAttribute("aria-pressed", String(value === state.direction));
    this.start.parentElement.hidden = state.head !== "rollout" && state.second?.head !== "rollout";
    Object.assign(this.start, { max: layers.length - 1, value: state.start });
    this.start.previousSibling.textContent = `${words.start} ${state.start}`;
    for (const name of ["scale", "order", "opacity"]) this[name].value = String(state[name]);
    for (const { name, box } of this.flags) box.checked = Boolean(state[name]);
    this.files[2].disabled = typeof state.head !== "number";
  }
}
