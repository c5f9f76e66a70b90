// The airports that a model expects next: bars of their probabilities, with a tick where each stood before a change.
import { button } from "../../../web/shared/controls.js";
import { make, write } from "../../../web/shared/dom.js";
import { fixed as digits } from "../../../web/shared/format.js";
import { largestFirst, softmax } from "./maths.js";

const LINES = 7;

export class NextBars {
  /**
   * @param {HTMLElement} root
   * @param {(airport: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root.appendChild(make("div", "vr-next"));
    this.title = this.root.appendChild(make("div", "vr-title"));
    /** @type {number[]} */
    this.airports = [];
    this.lines = Array.from({ length: LINES }, (_, i) => {
      const line = button(this.root, "", () => choose(this.airports[i]), "vr-next-line");
      const code = line.appendChild(make("span", "vv-mono"));
      const track = line.appendChild(make("span", "vr-track"));
      const bar = track.appendChild(make("span", "vr-fill"));
      const tick = track.appendChild(make("span", "vr-tick"));
      const text = line.appendChild(make("span", "vv-mono vr-value"));
      return { line, code, bar, tick, text };
    });
  }

  /**
   * @param {string} title
   * @param {string[]} codes
   * @param {Float32Array} scores
   * @param {Float32Array} before
   * @param {number} came id
   * @param {number} airport the chosen one, from 0
   */
  draw(title, codes, scores, before, came, airport) {
    write(this.title, title);
    const [now, then] = [softmax(scores).shares, softmax(before).shares];
    const order = largestFirst(now);
    const wanted = [came - 1, airport].filter((each) => order.indexOf(each) >= LINES);
    const extra = [...new Set(wanted)];
    this.airports = [...order.slice(0, LINES - extra.length), ...extra];
    const high = Math.max(now[order[0]], Math.max(...then));
    const same = scores.every((score, i) => score === before[i]);
    for (const [i, { line, code, bar, tick, text }] of this.lines.entries()) {
      const each = this.airports[i];
      write(code, `${order.indexOf(each) + 1}. ${codes[each]}`);
      bar.style.width = `${(100 * now[each]) / high}%`;
      tick.style.left = `${(100 * then[each]) / high}%`;
      tick.hidden = same;
      write(text, same ? digits(now[each], 3) : `${digits(then[each], 3)}\u2192${digits(now[each], 3)}`);
      line.classList.toggle("vr-true", each === came - 1);
      write(line, null, { "aria-pressed": each === airport });
    }
  }
}
