// Softmax with a temperature: every number follows the slider, nothing is asked of the server.
import { make, number } from "../../../web/shared/canvas.js";
import { sameArrays } from "../../../web/shared/payload.js";

const DECADES = 1; // the slider goes from 10^-1 to 10^1
const STEPS = 100;

/** exp((z - max) / T), their sum, their shares, and the entropy of the shares in nats. */
export function shares(logits, temperature) {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Float64Array.from(logits, (z) => Math.exp((z - top) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  const p = powers.map((power) => power / total);
  const entropy = p.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0);
  return { top, powers, total, p, entropy };
}

class Softmax {
  constructor(root) {
    this.root = root;
    this.root.classList.add("vs");
    this.step = 0;
    const head = this.root.appendChild(make("div", "vs-head"));
    const label = head.appendChild(make("label"));
    this.caption = label.appendChild(make("span"));
    this.slider = label.appendChild(make("input"));
    Object.assign(this.slider, { type: "range", min: -STEPS, max: STEPS, step: 1, value: 0 });
    this.shown = label.appendChild(make("output"));
    this.reset = head.appendChild(make("button", "vs-reset", "T = 1"));
    this.reset.type = "button";
    this.table = this.root.appendChild(make("table", "vs-table"));
    this.formula = this.root.appendChild(make("div", "vs-formula"));
    this.formula.setAttribute("role", "status");
    this.slider.addEventListener("input", () => this.move(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation());
    this.reset.addEventListener("click", () => this.move(0));
  }

  update(data) {
    if (!sameArrays(this.data?.logits, data.logits) || this.data?.chosen !== data.chosen) this.chosen = data.chosen;
    this.data = data;
    this.logits = data.logits;
    this.plain = shares(this.logits, 1);
    this.caption.textContent = data.words.temperature;
    this.build();
    this.draw();
  }

  move(step) {
    this.step = step;
    this.slider.value = step;
    this.draw();
  }

  get temperature() {
    return 10 ** ((DECADES * this.step) / STEPS);
  }

  build() {
    const { words, rows } = this.data;
    const head = make("tr");
    for (const [text, name] of [
      [words.name, ""],
      ["z", ""],
      ["z/T", ""],
      ["e^((z\u2212max)/T)", "vs-exp"],
      ["p", ""],
      ["", "vs-wide"],
    ])
      head.append(make("th", name, text));
    this.lines = rows.map(({ index, name }) => {
      const line = make("tr");
      const button = make("button", "vs-name", name);
      button.type = "button";
      line.append(make("td"), make("td"), make("td"), make("td", "vs-exp"), make("td"), make("td", "vs-wide"));
      line.children[0].append(button);
      const track = line.children[5].appendChild(make("div", "vs-track"));
      track.append(make("i"), make("b"));
      line.addEventListener("click", () => {
        this.chosen = index;
        this.draw();
      });
      return { index, name, line, button };
    });
    this.rest = make("tr");
    this.rest.append(make("td"), make("td"), make("td"), make("td", "vs-exp"), make("td"), make("td", "vs-wide"));
    const body = make("tbody");
    body.append(...this.lines.map(({ line }) => line), this.rest);
    const top = make("thead");
    top.append(head);
    this.table.replaceChildren(top, body);
  }

  draw() {
    const { words } = this.data;
    const T = this.temperature;
    const now = shares(this.logits, T);
    this.shown.textContent = `T = ${T.toFixed(2)}`;
    this.slider.setAttribute("aria-valuetext", `T ${T.toFixed(2)}`);
    let p = 0;
    let power = 0;
    for (const { index, line, button } of this.lines) {
      const z = this.logits[index];
      const cells = [null, number(z), number(z / T), number(now.powers[index]), now.p[index].toFixed(4)];
      cells.forEach((text, i) => text !== null && (line.children[i].textContent = text));
      const [bar, mark] = line.children[5].firstChild.children;
      bar.style.width = `${100 * now.p[index]}%`;
      mark.style.left = `${100 * this.plain.p[index]}%`;
      line.classList.toggle("vs-on", index === this.chosen);
      button.setAttribute("aria-pressed", String(index === this.chosen));
      p += now.p[index];
      power += now.powers[index];
    }
    const others = this.logits.length - this.lines.length;
    this.rest.hidden = others <= 0;
    const texts = [
      words.others.replace("{n}", others),
      "",
      "",
      number(Math.max(0, now.total - power)),
      Math.max(0, 1 - p).toFixed(4),
    ];
    texts.forEach((text, i) => (this.rest.children[i].textContent = text));
    this.formula.textContent = this.written(now, T);
  }

  written(now, T) {
    const { words } = this.data;
    const { name } = this.lines.find(({ index }) => index === this.chosen) ?? this.lines[0];
    const power = now.powers[this.chosen];
    const e = `e^((${number(this.logits[this.chosen])} \u2212 ${number(now.top)}) / ${T.toFixed(2)})`.replace(
      "\u2212 \u2212",
      "+ ",
    );
    return [
      `p(${name}) = ${e} / \u03a3 = ${number(power)} / ${number(now.total)} = ${now.p[this.chosen].toFixed(6)}`,
      `${words.entropy} H = \u2212\u03a3 p ln p = ${now.entropy.toFixed(4)}   (${words.most} ln ${this.logits.length} = ${Math.log(this.logits.length).toFixed(4)})`,
    ].join("\n");
  }
}

export function mount(element) {
  return new Softmax(element);
}
