// What one step of writing is: the likeliest next pieces, and what is kept in memory for the steps after it.
import { make, write } from "../../../web/shared/dom.js";
import { fixed, formatted } from "../../../web/shared/format.js";
import { filled } from "../../../web/shared/words.js";

/** @import { Shown } from "./types.d.ts" */

/** The likeliest next pieces as bars. */
export class NextPieces {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.title = root.appendChild(make("div", "vt-title"));
    this.list = root.appendChild(make("div", "vt-next"));
    this.note = root.appendChild(make("div", "vt-quiet"));
  }

  /** @param {Shown} shown */
  draw({ answer, step, words }) {
    const row = answer.likeliest[step];
    const many = row.length;
    write(this.title, filled(words.next, { step }));
    while (this.list.children.length < many) {
      const line = this.list.appendChild(make("div", "vt-next-line"));
      const bar = make("span", "vt-bar");
      bar.append(make("i"));
      line.append(make("b"), bar, make("span", "vv-mono"), make("span", "vv-mono vt-quiet"));
    }
    for (const [i, line] of [...this.list.children].entries()) {
      const share = answer.shares[step * many + i];
      const [piece, bar, percent, score] = line.children;
      write(piece, row[i]);
      /** @type {HTMLElement} */ (bar.children[0]).style.width = `${100 * share}%`;
      write(percent, share < 0.001 ? formatted(share, ".1e") : formatted(share, ".1%"));
      write(score, fixed(answer.scores[step * many + i], 2));
    }
    write(this.note, words.next_note);
  }
}

/** What is kept: the memory, its keys and values, and those of what was written, which grow. */
export class KeptPanel {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.title = root.appendChild(make("div", "vt-title"));
    this.table = root.appendChild(make("table", "vt-kept"));
    this.note = root.appendChild(make("div", "vt-quiet"));
    this.rows = Array.from({ length: 4 }, () => {
      const row = this.table.appendChild(make("tr"));
      return [make("td"), make("td", "vv-mono"), make("td", "vv-mono vt-number")].map((cell) => row.appendChild(cell));
    });
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { answer, step, words } = shown;
    write(this.title, filled(words.kept, { step }));
    for (const [i, { name, shape, bytes }] of keptAt(shown).entries()) {
      write(this.rows[i][0], name);
      write(this.rows[i][1], shape);
      write(this.rows[i][2], `${formatted(bytes, ",d")} B`);
    }
    const grows = answer.kept[0][2];
    write(this.note, filled(words.kept_note, { grows, gap: answer.gap }));
  }
}

/**
 * What is kept after a step, with shapes and the bytes that the tensors take.
 * @param {Shown} shown
 */
export function keptAt({ answer, sizes, step, words }) {
  const { layers, heads, read, dim } = sizes;
  const keysAndValues = (/** @type {number} */ tokens) => `${layers} x 2 x (1, ${heads}, ${tokens}, ${dim})`;
  return [
    { name: words.kept_memory, shape: `(${answer.memory.join(", ")})` },
    { name: words.kept_read, shape: keysAndValues(read) },
    { name: words.kept_own, shape: keysAndValues(step + 1) },
    { name: words.kept_all, shape: "" },
  ].map((row, i) => ({ ...row, bytes: answer.kept[step][i] }));
}
