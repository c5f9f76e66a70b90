// Small things that every Swin reach part uses: controls, words with places, a voice for screen readers, the host.
import { make } from "../../../web/shared/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const SPOKEN_AFTER = 350; // milliseconds that a cursor rests before a screen reader hears where it is
const TOLD_AFTER = 250; // milliseconds until the host hears of a choice, so that held keys make one message
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** A sentence with its {places} filled in. */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** A whole number with commas, or a share in per cent. */
export function whole(value) {
  return value.toLocaleString("en-US");
}

export function percent(share) {
  return `${(100 * share).toPrecision(3)} %`;
}

export function svgShape(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

/** A labelled slider; `show(value, text)` sets it and what stands beside it. */
export function slider(parent, label, chosen) {
  const root = parent.appendChild(make("label", "wr-slider"));
  root.append(make("span", "wr-slider-label", label));
  const input = root.appendChild(make("input"));
  input.type = "range";
  input.min = "0";
  input.step = "1";
  const text = root.appendChild(make("output", "wr-slider-text"));
  input.addEventListener("input", () => chosen(Number(input.value)));
  // The page has hotkeys of its own.
  input.addEventListener("keydown", (event) => event.stopPropagation());
  const show = (value, max, words) => {
    input.max = String(max);
    input.value = String(value);
    input.setAttribute("aria-valuetext", words);
    text.textContent = words;
  };
  return { root, input, show };
}

/** A choice of a few, one of which holds. */
export function segments(parent, label, names, chosen) {
  const root = parent.appendChild(make("div", "wr-segments"));
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  const buttons = names.map((name, i) => {
    const button = root.appendChild(make("button", "", name));
    button.type = "button";
    button.addEventListener("click", () => chosen(i));
    return button;
  });
  const show = (at) => buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === at)));
  return { root, show };
}

export function button(parent, label, pressed) {
  const made = parent.appendChild(make("button", "wr-button", label));
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}

/** Says a sentence once the cursor rests. */
export class Voice {
  constructor(parent) {
    this.element = parent.appendChild(make("div", "wr-live"));
    this.element.setAttribute("role", "status");
  }

  say(sentence) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.element.textContent = sentence;
    }, SPOKEN_AFTER);
  }

  end() {
    clearTimeout(this.waiting);
  }
}

/** The step that an arrow key asks for, as [rows, columns]; null for other keys. */
export function arrow(event) {
  return event.ctrlKey || event.metaKey || event.altKey ? null : (MOVES[event.key] ?? null);
}

/** A part of a page: draws in the next frame, hears of another width, tells its host after a while. */
export class Part {
  constructor(element, events) {
    this.element = element;
    this.events = events;
    this.root = element.appendChild(make("div", "wr"));
    this.voice = new Voice(element);
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(this.root);
  }

  /** Draw soon; many calls before the next frame are one. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.data && this.root.clientWidth) this.render();
    });
  }

  /** Tell the host what was chosen, once the keys rest. */
  tell(choice) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.events.choose?.(choice), TOLD_AFTER);
  }

  destroy() {
    this.watcher.disconnect();
    this.voice.end();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.telling);
  }
}

/** What a part calls when a person chose something, and when payloads are gone. */
export function sendsChoices(send) {
  return { choose: (choice) => send("choice", choice), need: () => send("need", Date.now()) };
}
