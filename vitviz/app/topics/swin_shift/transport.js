// Play, step and the scrubber with its eight named stops.
import { make } from "../../../web/shared/dom.js";
import { FRAMES, LAST_FRAME } from "./timeline.js";

const FINE = 0.05;

export class Transport {
  /** `events`: `seek(t)`, `step(direction)`, `play()`. */
  constructor(parent, events, words) {
    Object.assign(this, { events, words });
    this.root = parent.appendChild(make("div", "vs-transport"));
    this.buttons = this.root.appendChild(make("div", "vs-buttons"));
    this.back = this.button("\u2759\u25c0\ufe0e", words.back, () => events.step(-1));
    this.play = this.button("\u25b6\ufe0e", words.play, () => events.play());
    this.play.classList.add("vs-play");
    this.next = this.button("\u25b6\ufe0e\u2759", words.next, () => events.step(1));
    const track = this.root.appendChild(make("div", "vs-track"));
    this.range = track.appendChild(make("input"));
    Object.assign(this.range, { type: "range", min: 0, max: LAST_FRAME, step: 0.001, value: 0 });
    this.range.setAttribute("aria-label", words.scrub);
    this.range.addEventListener("input", () => events.seek(Number(this.range.value)));
    this.range.addEventListener("keydown", (event) => this.key(event));
    this.stops = track.appendChild(make("div", "vs-stops"));
    this.names = FRAMES.map((frame, i) => {
      const stop = make("button", "vs-stop");
      stop.type = "button";
      stop.append(make("b", "", String(i + 1)), make("span", "", words[`short_${frame}`]));
      stop.addEventListener("click", () => events.seek(i));
      this.stops.append(stop);
      return stop;
    });
  }

  button(sign, label, press) {
    const button = this.buttons.appendChild(make("button", "vs-button", sign));
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", press);
    return button;
  }

  /** The scrubber: an arrow goes to the next stop, with shift a little way. */
  key(event) {
    const direction = { ArrowLeft: -1, ArrowDown: -1, PageDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 1 }[event.key];
    const end = { Home: 0, End: LAST_FRAME }[event.key];
    if (!direction && end === undefined && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === " ") this.events.play();
    else if (end !== undefined) this.events.seek(end);
    else if (event.shiftKey)
      this.events.seek(Math.min(LAST_FRAME, Math.max(0, Number(this.range.value) + direction * FINE)));
    else this.events.step(direction);
  }

  draw(t, frame, playing) {
    this.range.value = t;
    this.range.setAttribute("aria-valuetext", `${frame + 1} ${this.words[`title_${FRAMES[frame]}`]}`);
    this.names.forEach((stop, i) => stop.setAttribute("aria-pressed", String(i === frame)));
    if (playing === this.playing) return;
    this.playing = playing;
    this.play.textContent = playing ? "\u2759\u2759" : "\u25b6\ufe0e";
    this.play.title = playing ? this.words.pause : this.words.play;
    this.play.setAttribute("aria-label", this.play.title);
  }
}
