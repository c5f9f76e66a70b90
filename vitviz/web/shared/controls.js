// Controls: labelled sliders, segmented buttons, buttons. The page's own hotkeys are kept from their keys.
import { make, write } from "./dom.js";

/** @param {HTMLElement} control */
function keepKeys(control) {
  control.addEventListener("keydown", (event) => event.stopPropagation());
}

/**
 * A labelled slider of whole steps from 0; `set(value, max, text)` moves it and writes what stands beside it.
 * @param {Element} parent
 * @param {string} label
 * @param {(value: number) => void} onInput
 * @param {string} [className]
 */
export function slider(parent, label, onInput, className = "") {
  const root = parent.appendChild(make("label", `vv-slider ${className}`.trim()));
  const caption = root.appendChild(make("span", "vv-slider-label", label));
  const input = root.appendChild(make("input"));
  Object.assign(input, { type: "range", min: "0", step: "1" });
  const output = root.appendChild(make("output", "vv-slider-text"));
  input.addEventListener("input", () => onInput(Number(input.value)));
  keepKeys(input);
  /** @type {(value: number, max: number, text: string) => void} */
  const set = (value, max, text) => {
    write(input, null, { max, "aria-valuetext": text });
    if (input.value !== String(value)) input.value = String(value);
    write(output, text);
  };
  return { root, caption, input, output, set };
}

/**
 * A choice of a few, of which one holds; `set(index)` says which.
 * @param {Element} parent
 * @param {string} label
 * @param {string[]} names
 * @param {(index: number) => void} onChoose
 * @param {string} [className]
 */
export function segments(parent, label, names, onChoose, className = "") {
  const root = parent.appendChild(make("div", `vv-segments ${className}`.trim()));
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  const buttons = names.map((name, i) => button(root, name, () => onChoose(i)));
  const set = (/** @type {number} */ index) => {
    for (const [i, each] of buttons.entries()) each.setAttribute("aria-pressed", String(i === index));
  };
  return { root, buttons, set };
}

/**
 * @param {Element} parent
 * @param {string} label
 * @param {() => void} onPress
 * @param {string} [className]
 */
export function button(parent, label, onPress, className = "") {
  const made = parent.appendChild(make("button", className, label));
  made.type = "button";
  made.addEventListener("click", onPress);
  return made;
}

/**
 * A choice out of a list of [value, text].
 * @param {Element} parent
 * @param {[string, string][]} options
 * @param {(value: string) => void} onChoose
 */
export function choice(parent, options, onChoose) {
  const select = parent.appendChild(make("select"));
  setOptions(select, options);
  select.addEventListener("change", () => onChoose(select.value));
  return select;
}

/**
 * Another list for a choice.
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} options
 */
export function setOptions(select, options) {
  const made = options.map(([value, text]) => Object.assign(make("option", "", text), { value }));
  select.replaceChildren(...made);
}

/**
 * A label around a control that stands beside it.
 * @template {Element} Control
 * @param {Element} parent
 * @param {string} label
 * @param {Control} control
 * @param {string} [className]
 */
export function labelled(parent, label, control, className = "") {
  parent.appendChild(make("label", className)).append(make("span", "", label), control);
  return control;
}
