// The sandbox: which block, how large the map and the window, and how far they shift.
import { make } from "../../../web/shared/dom.js";

export class Controls {
  /** `events`: `change(part of the setting)` for what the server has to compute, `shift(s, done)` for what it has not. */
  constructor(parent, events, words) {
    Object.assign(this, { events, words });
    this.root = parent.appendChild(make("div", "vs-controls"));
    this.block = this.field(words.block, make("select"));
    this.block.addEventListener("change", () => events.change({ block: this.block.value, own: true }));
    this.shift = this.field(words.shift, this.input("range"));
    this.shift.addEventListener("input", () => events.shift(Number(this.shift.value), false));
    this.shift.addEventListener("change", () => events.shift(Number(this.shift.value), true));
    this.shift.addEventListener("keydown", (event) => event.stopPropagation());
    this.shiftValue = make("output", "vs-mono");
    this.shift.after(this.shiftValue);
    this.window = this.number(words.window, "window");
    this.height = this.number(words.height, "height");
    this.width = this.number(words.width, "width");
    this.own = this.root.appendChild(make("button", "vs-button vs-own", words.own));
    this.own.type = "button";
    this.own.addEventListener("click", () => events.change({ own: true }));
  }

  field(label, control) {
    const field = this.root.appendChild(make("label", "vs-field"));
    field.append(make("span", "", label), control);
    return control;
  }

  input(type) {
    const input = make("input");
    input.type = type;
    return input;
  }

  number(label, name) {
    const input = this.field(label, this.input("number"));
    input.min = 1;
    input.addEventListener("keydown", (event) => event.stopPropagation());
    input.addEventListener("change", () => this.events.change({ [name]: Number(input.value) }));
    return input;
  }

  update({ blocks, setting, limits, isOwn }) {
    this.block.replaceChildren(
      ...blocks.map(({ name, title }) => {
        const option = make("option", "", title);
        option.value = name;
        return option;
      }),
    );
    this.block.value = setting.block;
    this.window.max = limits.window;
    this.height.max = this.width.max = limits.side;
    for (const name of ["window", "height", "width"]) this[name].value = setting[name];
    this.own.disabled = isOwn;
  }

  /** The shift that is shown, of `count` that there are. */
  draw(shift, count) {
    this.shift.max = count - 1;
    this.shift.value = shift;
    this.shift.disabled = count < 2;
    this.shiftValue.textContent = `${shift}`;
  }
}
