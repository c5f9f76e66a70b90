// The sentence that a person composes: its words as buttons, and at the place that is open every word that may stand there.
import { button } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { completed, following, isWhole, matching, placed, someSentence, without } from "./grammar.js";

/** @import { Words } from "../../../web/shared/types.d.ts" */
/** @import { Grammar } from "./types.d.ts" */

export class Composer {
  /**
   * @param {HTMLElement} root
   * @param {(text: string) => void} complete is called with every whole sentence
   */
  constructor(root, complete) {
    this.root = root;
    this.complete = complete;
    root.classList.add("vt-composer");
    this.line = root.appendChild(make("div", "vt-sentence"));
    this.options = root.appendChild(make("div", "vt-options"));
    this.message = root.appendChild(make("div", "vt-message"));
    this.message.setAttribute("role", "status");
    this.samples = root.appendChild(make("div", "vt-samples"));
    /** @type {string[]} */
    this.sentence = [];
    /** The place whose word is being chosen; null where the sentence is whole and none is. @type {number | null} */
    this.at = null;
    /** @type {Grammar | null} */
    this.grammar = null;
    /** @type {Words} */
    this.words = {};
    this.input = make("input", "vt-type");
    Object.assign(this.input, { type: "text", autocomplete: "off", spellcheck: false, size: 8 });
    this.input.setAttribute("autocapitalize", "none");
    this.refused = false; // whether the last letters were not taken
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * @param {Grammar} grammar
   * @param {Words} words
   * @param {string[]} examples
   */
  speak(grammar, words, examples) {
    Object.assign(this, { grammar, words });
    this.line.setAttribute("aria-label", words.sentence);
    this.line.setAttribute("role", "group");
    this.options.setAttribute("aria-label", words.options);
    this.options.setAttribute("role", "group");
    this.input.setAttribute("aria-label", words.type);
    this.input.placeholder = words.type;
    this.samples.replaceChildren();
    button(this.samples, words.anew, () => this.open([], 0), "vv-tool");
    button(this.samples, words.some, () => this.show(someSentence(grammar, Math.random)), "vv-tool");
    this.samples.append(make("span", "vt-quiet", words.examples));
    examples.forEach((text, i) => {
      const each = button(this.samples, words[`example_${i}`], () => this.show(text.split(" ")), "vv-tool");
      each.title = text;
    });
    this.draw();
  }

  /**
   * A sentence from outside.
   * @param {string} text
   */
  set(text) {
    this.sentence = text.split(" ");
    this.at = null;
    this.draw();
  }

  /**
   * A sentence that a person chose: it is drawn as it stands, and sent when it is whole.
   * @param {string[]} sentence
   */
  show(sentence) {
    const { grammar } = this;
    if (!grammar) return;
    const whole = isWhole(grammar, sentence);
    this.open(sentence, whole ? null : sentence.length);
    if (whole) this.complete(sentence.join(" "));
  }

  /**
   * @param {string[]} sentence
   * @param {number | null} at
   */
  open(sentence, at) {
    this.sentence = sentence;
    this.at = at;
    this.input.value = "";
    this.refused = false;
    this.draw();
    if (at !== null && matchMedia("(pointer: fine)").matches) this.input.focus();
  }

  /** The words that may stand at the open place. */
  known() {
    return this.grammar && this.at !== null ? following(this.grammar, this.sentence.slice(0, this.at)) : [];
  }

  /** @param {string} word */
  choose(word) {
    if (this.grammar && this.at !== null) this.show(placed(this.grammar, this.sentence, this.at, word));
  }

  typed() {
    const known = this.known();
    const text = this.input.value.trim();
    let fitting = matching(known, text);
    this.refused = !fitting.length;
    if (!fitting.length) {
      // What no word begins with is not taken.
      let good = text;
      while (good && !matching(known, good).length) good = good.slice(0, -1);
      this.input.value = good;
      fitting = matching(known, good);
      const before = this.sentence.slice(0, this.at ?? 0).join(" ");
      write(this.message, filled(before ? this.words.unknown : this.words.unknown_first, { text, before }));
    } else write(this.message, "");
    if (/\S\s$/.test(this.input.value) && !this.refused) this.choose(fitting[0]);
    else this.drawOptions(fitting);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    const fitting = matching(this.known(), this.input.value.trim());
    // After letters that were not taken, or none, Enter means none of the words that are offered, unless there is one only.
    const meant = fitting.length === 1 || (fitting.length > 0 && this.input.value.trim() !== "");
    if (event.key === "Enter") {
      if (meant && !this.refused) this.choose(fitting[0]);
    } else if (event.key === "Backspace" && !this.input.value && this.at)
      this.open(this.sentence.slice(0, this.at - 1), this.at - 1);
    else if (event.key === "Escape" && this.grammar && isWhole(this.grammar, this.sentence))
      this.open(this.sentence, null);
    else return;
    event.preventDefault();
  }

  draw() {
    const { grammar, words, sentence, at } = this;
    if (!grammar) return;
    const chips = sentence.map((word, i) => {
      const chip = make("button", "vt-chip", word);
      chip.type = "button";
      chip.setAttribute("aria-pressed", String(i === at));
      chip.addEventListener("click", () => this.open(sentence, i === at ? null : i));
      return chip;
    });
    const whole = isWhole(grammar, sentence);
    if (at !== null)
      chips.splice(at + (whole ? 1 : 0), 0, /** @type {HTMLButtonElement} */ (/** @type {HTMLElement} */ (this.input)));
    this.line.replaceChildren(...chips);
    write(this.message, at === null ? words.help : whole ? words.help_exchange : words.help_next);
    this.drawOptions(this.known());
  }

  /** @param {readonly string[]} known */
  drawOptions(known) {
    const { grammar, words, sentence, at } = this;
    this.options.hidden = at === null;
    this.options.replaceChildren();
    if (!grammar || at === null) return;
    known.forEach((word, i) => {
      const option = button(this.options, word, () => this.choose(word), "vt-option");
      option.classList.toggle("vt-first", i === 0 && this.input.value !== "");
      option.classList.toggle("vt-now", word === sentence[at]);
      option.classList.toggle(
        "vt-cuts",
        isWhole(grammar, sentence) && !isWhole(grammar, placed(grammar, sentence, at, word)),
      );
    });
    const shorter = at < sentence.length ? without(grammar, sentence, at) : null;
    if (shorter)
      button(this.options, filled(words.leave_out, { word: sentence[at] }), () => this.show(shorter), "vv-tool");
    if (at < sentence.length)
      button(this.options, words.from_here, () => this.show(completed(grammar, sentence.slice(0, at))), "vv-tool");
  }
}
