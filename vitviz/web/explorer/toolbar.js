// Choices above the maps: which layer, head and direction, and behind "view" how they are drawn.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { Lifetime } from "../shared/lifetime.js";
import { AGGREGATES } from "./state.js";

/** @import { Words } from "../shared/types.d.ts" */
/** @import { Heads } from "./state.js" */
/** @import { Act, Actions, Aggregate, Choice, Head, LayerInfo, State } from "./types.d.ts" */

/**
 * @template {HTMLElement} Control
 * @param {HTMLElement} parent
 * @param {string} text
 * @param {Control} control
 * @param {string} [className]
 * @returns {Control}
 */
function labelled(parent, text, control, className = "vx-field") {
  const label = parent.appendChild(make("label", className));
  label.append(make("span", "", text), control);
  return control;
}

/**
 * The label that `labelled` put around a control.
 * @param {HTMLElement} control
 */
const fieldOf = (control) => /** @type {HTMLLabelElement} */ (control.parentElement);

/**
 * The text that `labelled` put before a control.
 * @param {HTMLElement} control
 */
const captionOf = (control) => /** @type {HTMLSpanElement} */ (control.previousSibling);

/** @param {[value: string | number, text: string][]} options */
function choice(options) {
  const select = make("select");
  for (const [value, text] of options) {
    const option = select.appendChild(make("option", "", text));
    option.value = String(value);
  }
  return select;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} step
 */
function range(low, high, step) {
  const input = make("input");
  Object.assign(input, { type: "range", min: low, max: high, step });
  return input;
}

/**
 * @param {string} value
 * @returns {Head}
 */
const asHead = (value) =>
  AGGREGATES.includes(/** @type {Aggregate} */ (value)) ? /** @type {Aggregate} */ (value) : Number(value);

export class Toolbar {
  /**
   * @param {HTMLElement} parent
   * @param {Words} words
   * @param {Pick<Actions, "change" | "changeSecond" | "act">} actions
   */
  constructor(parent, words, actions) {
    const change = (/** @type {Partial<State>} */ part) => actions.change(part);
    this.words = words;
    this.change = change;
    this.changeSecond = (/** @type {Partial<Choice>} */ part) => actions.changeSecond(part);
    this.act = (/** @type {Act} */ name) => actions.act(name);
    this.lifetime = new Lifetime();
    this.root = parent.appendChild(make("div", "vx-toolbar"));
    this.layer = labelled(this.root, "", range(0, 1, 1), "vx-field vx-layer");
    this.layerName = captionOf(this.layer);
    this.layer.addEventListener("input", () => change({ layer: Number(this.layer.value) }));
    this.head = labelled(this.root, words.head, make("select"));
    this.head.addEventListener("change", () => change({ head: asHead(this.head.value) }));
    this.direction = this.directions();
    this.brush = button(this.root, words.brush, () => this.act("brush"), "vx-tool");
    this.brush.title = words.brushHelp;
    this.start = labelled(this.root, words.start, range(0, 1, 1));
    this.start.addEventListener("input", () => change({ start: Number(this.start.value) }));
    this.more();
  }

  directions() {
    const { words } = this;
    const group = this.root.appendChild(make("div", "vx-segments"));
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", words.direction);
    return /** @type {const} */ (["row", "column"]).map((value) => {
      return { button: button(group, words[value], () => this.change({ direction: value })), value };
    });
  }

  more() {
    const { words, change, changeSecond } = this;
    const details = this.root.appendChild(make("details", "vx-more"));
    const summary = details.appendChild(make("summary", "", words.view));
    // Closed by Escape, and by a press anywhere else; the event's path leads out of a shadow root.
    this.lifetime.listen(document, "pointerdown", (/** @type {Event} */ event) => {
      if (!event.composedPath().includes(details)) details.open = false;
    });
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      summary.focus();
    });
    const panel = details.appendChild(make("div", "vx-panel"));
    /** @type {HTMLSelectElement} */
    this.scale = labelled(
      panel,
      words.scale,
      choice([
        ["shared", words.scaleShared],
        ["token", words.scaleToken],
        ["map", words.scaleMap],
      ]),
    );
    this.scale.addEventListener("change", () => change({ scale: /** @type {State["scale"]} */ (this.scale.value) }));
    /** @type {HTMLSelectElement} */
    this.order = labelled(
      panel,
      words.order,
      choice([
        ["layer", words.orderLayer],
        ["entropy", words.orderEntropy],
        ["distance", words.orderDistance],
      ]),
    );
    this.order.addEventListener("change", () => change({ order: /** @type {State["order"]} */ (this.order.value) }));
    /** @type {HTMLInputElement} */
    this.opacity = labelled(panel, words.opacity, range(0, 1, 0.05));
    this.opacity.addEventListener("input", () => change({ opacity: Number(this.opacity.value) }));
    /** @type {{ name: "log" | "smooth" | "second", box: HTMLInputElement }[]} */
    this.flags = /** @type {const} */ (["log", "smooth", "second"]).map((name) => {
      const box = make("input");
      box.type = "checkbox";
      labelled(panel, words[name], box, "vx-field vx-check");
      box.addEventListener("change", () =>
        name === "second" ? this.act(box.checked ? "split" : "join") : change({ [name]: box.checked }),
      );
      return { name, box };
    });
    /** @type {HTMLInputElement} */
    this.secondLayer = labelled(panel, words.secondLayer, range(0, 1, 1));
    /** @type {HTMLSelectElement} */
    this.secondHead = labelled(panel, words.secondHead, make("select"));
    this.secondLayer.addEventListener("input", () => changeSecond({ layer: Number(this.secondLayer.value) }));
    this.secondHead.addEventListener("change", () => changeSecond({ head: asHead(this.secondHead.value) }));
    const files = panel.appendChild(make("div", "vx-files"));
    files.append(make("span", "", words.download));
    /** @type {HTMLButtonElement[]} */
    this.files = /** @type {const} */ (["png", "svg", "npz"]).map((name) => {
      return button(files, name === "npz" ? ".npz" : name.toUpperCase(), () => this.act(name), "vx-tool");
    });
    panel.append(make("p", "vx-keys", words.keys));
  }

  /**
   * The heads that a select offers, and the one that is chosen; those whose numbers were left out cannot be chosen.
   * @param {HTMLSelectElement} select
   * @param {{ heads: number, kept?: readonly number[] }} layer
   * @param {readonly Aggregate[]} aggregates
   * @param {Head} chosen
   */
  offer(select, { heads, kept }, aggregates, chosen) {
    const { words } = this;
    const names = [...Array(heads).keys(), ...aggregates];
    const offered = `${names} ${kept ?? ""}`;
    if (select.dataset.offered !== offered) {
      select.dataset.offered = offered;
      /** @type {[Head, string][]} */
      const options = names.map((name) => [name, typeof name === "number" ? `${words.head} ${name}` : words[name]]);
      select.replaceChildren(...choice(options).children);
      for (const [i, name] of names.entries())
        select.options[i].disabled = Boolean(kept) && !(typeof name === "number" && kept?.includes(name));
    }
    select.value = String(chosen);
  }

  /**
   * Show a state. `aggregates` are the heads that are not single ones; `other` is the second pane's model where it is
   * another one.
   * @param {State} state
   * @param {{ layers: LayerInfo[], aggregates: readonly Aggregate[], starts?: readonly number[] }} model
   * @param {Heads | null | undefined} other
   * @param {boolean} painting whether the pointer paints the region
   */
  show(state, { layers, aggregates, starts }, other, painting) {
    const { words } = this;
    this.brush.setAttribute("aria-pressed", String(painting));
    const layer = layers[state.layer];
    Object.assign(this.layer, { max: layers.length - 1, value: state.layer });
    this.layerName.textContent = `${words.layer} ${state.layer}`;
    this.layer.setAttribute("aria-valuetext", layer.name);
    this.offer(this.head, layer, aggregates, state.head);
    for (const control of [this.secondLayer, this.secondHead]) fieldOf(control).hidden = !state.second;
    if (state.second) {
      const { layer: at, head } = state.second;
      const beside = other ?? { layers, aggregates };
      Object.assign(this.secondLayer, { max: beside.layers.length - 1, value: at });
      captionOf(this.secondLayer).textContent = `${words.secondLayer} ${at}`;
      this.offer(this.secondHead, beside.layers[at], beside.aggregates, head);
    }
    for (const { button, value } of this.direction)
      button.setAttribute("aria-pressed", String(value === state.direction));
    fieldOf(this.start).hidden = Boolean(starts) || (state.head !== "rollout" && state.second?.head !== "rollout");
    Object.assign(this.start, { max: layers.length - 1, value: state.start });
    captionOf(this.start).textContent = `${words.start} ${state.start}`;
    for (const name of /** @type {const} */ (["scale", "order", "opacity"])) this[name].value = String(state[name]);
    for (const { name, box } of this.flags) box.checked = Boolean(state[name]);
    this.files[2].disabled = typeof state.head !== "number";
  }

  destroy() {
    this.lifetime.destroy();
  }
}
