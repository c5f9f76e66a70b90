// The receptive field of one output token, grown backwards from it to the patches, with the shift and without.
import { make } from "../../../web/shared/dom.js";
import { GrowthChart } from "./chart.js";
import { arrow, button, filled, Part, percent, sendsChoices, slider, whole } from "./controls.js";
import { Journey, total } from "./maps.js";
import { borders, outline, Pane } from "./pane.js";

const WAYS = [true, false]; // with the shift, without
const BEAT = 600; // milliseconds between two steps of the play

export class Field extends Part {
  update(data) {
    const fresh = data.revision !== this.data?.revision;
    this.data = data;
    if (fresh || this.spoken !== data.words.depth) this.build(fresh);
    this.draw();
  }

  build(fresh) {
    const { data } = this;
    this.spoken = data.words.depth;
    this.stop();
    this.root.replaceChildren();
    if (fresh) {
      this.journey = new Journey(data.journey);
      this.patch = data.patch;
      this.at = this.journey.blocks[Math.min(data.block, this.journey.blocks.length - 1)];
      this.back = this.at + 1;
      this.computed = "";
    }
    const { words } = data;
    this.depth = slider(this.root, words.depth, (block) => this.choose({ at: this.journey.blocks[block] }, true));
    this.scrub = slider(this.root, words.back, (back) => {
      this.stop();
      this.choose({ back });
    });
    this.play = button(this.scrub.root, words.play, (event) => {
      event.preventDefault();
      this.toggle();
    });
    const body = this.root.appendChild(make("div", "wr-field"));
    const events = {
      hover: (token) => this.hover(token),
      choose: () => this.choose({}),
      key: (event) => this.key(event),
    };
    this.panes = WAYS.map(() => new Pane(body, events));
    for (const pane of this.panes) pane.pictureWidth = data.picture.width;
    const side = body.appendChild(make("div", "wr-side"));
    side.append(make("div", "wr-title", words.chart));
    this.chart = new GrowthChart(side, (at) => this.choose({ at: this.nearestBlock(at) }, true));
    this.strips = WAYS.map((_, i) => this.strip(words[i ? "without" : "with"]));
    this.borders = new Map();
  }

  strip(label) {
    const root = this.root.appendChild(make("div", "wr-strip-row"));
    root.append(make("div", "wr-strip-label", label));
    const strip = root.appendChild(make("div", "wr-strip"));
    return { strip, thumbs: [] };
  }

  get finest() {
    return this.journey.maps[0];
  }

  /** The chosen token of the chosen block's output. */
  get token() {
    return this.journey.mapOf(this.at).ancestor[this.patch];
  }

  nearestBlock(at) {
    return this.journey.blocks.reduce((best, block) => (Math.abs(block - at) < Math.abs(best - at) ? block : best));
  }

  hover(token) {
    const patch = this.shownMap.patches[token];
    if (this.journey.mapOf(this.at).ancestor[patch] === this.token) return;
    this.patch = patch;
    this.draw();
  }

  choose(part, rewind = false) {
    Object.assign(this, part);
    this.back = rewind ? this.at + 1 : Math.min(this.back, this.at + 1);
    this.draw();
    this.tell({ block: this.journey.blocks.indexOf(this.at), patch: this.patch });
  }

  key(event) {
    const step = arrow(event);
    const turn = { PageUp: -1, PageDown: 1 }[event.key];
    const scrub = { "[": -1, "]": 1 }[event.key];
    if (!step && !turn && !scrub && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    const map = this.journey.mapOf(this.at);
    const { blocks } = this.journey;
    if (step) this.choose({ patch: map.patches[map.moved(this.token, step)] });
    else if (turn)
      this.choose({ at: blocks[Math.min(blocks.length - 1, Math.max(0, blocks.indexOf(this.at) + turn))] }, true);
    else if (scrub) this.choose({ back: Math.min(this.at + 1, Math.max(0, this.back + scrub)) });
    else this.toggle();
  }

  toggle() {
    if (this.playing) return this.stop();
    if (this.back > this.at) this.back = 0;
    else this.back += 1;
    this.playing = setInterval(() => {
      if (this.back > this.at) return this.stop();
      this.back += 1;
      this.draw();
    }, BEAT);
    return this.draw();
  }

  stop() {
    clearInterval(this.playing);
    this.playing = null;
    if (this.data) this.draw();
  }

  destroy() {
    clearInterval(this.playing);
    super.destroy();
  }

  compute() {
    const key = `${this.at} ${this.token}`;
    if (key === this.computed) return;
    this.computed = key;
    this.fields = WAYS.map((shifted) => this.journey.grownBack(this.at, this.token, shifted));
    this.sizes = WAYS.map((shifted) => this.journey.growth(this.patch, shifted));
  }

  render() {
    const { words, picture } = this.data;
    const { journey, at, back } = this;
    this.compute();
    const map = journey.mapBack(at, back);
    this.shownMap = map;
    const { blocks } = journey;
    this.depth.show(blocks.indexOf(at), blocks.length - 1, `${this.name(at)}  ${filled(words.map, journey.mapOf(at))}`);
    const where = this.where(back);
    this.scrub.show(back, at + 1, where);
    this.play.textContent = this.playing ? words.pause : words.play;
    const all = this.finest.tokens;
    const spoken = WAYS.map((shifted, i) => {
      const pane = this.panes[i];
      pane.title.textContent = words[i ? "without" : "with"];
      pane.show({ ...picture, help: `${words[i ? "without" : "with"]}. ${words.help}` }, map, [map.rows, map.columns]);
      const field = this.fields[i][back];
      this.drawPane(pane, field, shifted);
      const count = total(field);
      pane.readout.textContent = filled(words.size, {
        count: whole(count),
        all: whole(map.tokens),
        share: percent(count / map.tokens),
      });
      this.drawStrip(i);
      return `${words[i ? "without" : "with"]}: ${pane.readout.textContent}`;
    });
    const lines = WAYS.map((_, i) => ({ label: words[i ? "without" : "with"], sizes: this.sizes[i], dashed: i === 1 }));
    this.chart.draw(journey.steps, lines, all, at, words);
    this.voice.say(`${this.where(0)}. ${where}. ${spoken.join(". ")}`);
  }

  name(at) {
    const { title, shift } = this.journey.steps[at];
    return `${title} ${shift ? "SW-MSA" : "W-MSA"}`;
  }

  /** What field number `back` lies on, in words. */
  where(back) {
    const { words } = this.data;
    if (back === 0)
      return filled(words.output, { name: this.name(this.at), place: this.journey.mapOf(this.at).place(this.token) });
    const step = this.journey.steps[this.at - back + 1];
    if (back === this.at + 1) return words.patches;
    return step.parents ? words.beforeMerge : filled(words.before, { name: this.name(this.at - back + 1) });
  }

  drawPane(pane, field, shifted) {
    const map = this.shownMap;
    const begun = pane.begin((t) => (field[t] ? "clear" : "dim"));
    const step = this.journey.steps[this.at - this.back + 1];
    // The windows of the block whose input this is: what the field was filled up to.
    if (step && !step.parents) {
      const tiling = step.shift && shifted ? map.shifted : map.regular;
      if (!this.borders.has(tiling))
        this.borders.set(
          tiling,
          borders(map.rows, map.columns, (t) => tiling.group[t]),
        );
      pane.stroke(begun, this.borders.get(tiling), "rgb(255 255 255 / .4)", 1);
    }
    const accent = getComputedStyle(this.root).getPropertyValue("--wr-accent");
    const edge = outline(map.rows, map.columns, (t) => field[t]);
    pane.stroke(begun, edge, "#fff", 4);
    pane.stroke(begun, edge, accent, 2);
    // The chosen token's own square of the picture, whatever map is shown.
    const own = this.journey.mapOf(this.at);
    const scale = own.cell / map.cell;
    const square = new Path2D();
    square.rect((this.token % own.columns) * scale, Math.floor(this.token / own.columns) * scale, scale, scale);
    pane.stroke(begun, square, "#fff", 3.5);
    pane.stroke(begun, square, "#f08c2e", 2);
  }

  drawStrip(i) {
    const { strip, thumbs } = this.strips[i];
    const fields = this.fields[i];
    while (thumbs.length > fields.length) thumbs.pop().root.remove();
    while (thumbs.length < fields.length) thumbs.push(this.thumb(strip, thumbs.length));
    thumbs.forEach(({ root, canvas, label }, back) => {
      const map = this.journey.mapBack(this.at, back);
      const step = this.journey.steps[this.at - back + 1];
      const { words } = this.data;
      label.textContent = back === 0 ? words.token : step.parents ? words.merge : filled(words.input, step);
      root.setAttribute("aria-pressed", String(back === this.back));
      root.setAttribute("aria-label", this.where(back));
      root.title = `${this.where(back)}: ${whole(total(fields[back]))} / ${whole(map.tokens)}`;
      Object.assign(canvas, { width: map.columns, height: map.rows });
      const context = canvas.getContext("2d");
      const cells = context.createImageData(map.columns, map.rows);
      fields[back].forEach((inside, t) => cells.data.set(inside ? [47, 107, 255, 255] : [128, 132, 142, 60], 4 * t));
      context.putImageData(cells, 0, 0);
    });
  }

  thumb(strip, back) {
    const root = strip.appendChild(make("button", "wr-thumb"));
    root.type = "button";
    const canvas = root.appendChild(make("canvas"));
    canvas.setAttribute("aria-hidden", "true");
    const label = root.appendChild(make("span"));
    root.addEventListener("click", () => {
      this.stop();
      this.choose({ back });
    });
    return { root, canvas, label };
  }
}

export function mount(element, send) {
  return new Field(element, sendsChoices(send));
}
