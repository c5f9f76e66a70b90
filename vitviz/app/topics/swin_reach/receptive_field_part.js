// The receptive field of one output token, grown backwards from it to the patches, with the shift and without.
import { button, slider } from "../../../web/shared/controls.js";
import { make } from "../../../web/shared/dom.js";
import { filled } from "../../../web/shared/words.js";
import { borders, outline } from "./edges.js";
import { Fields } from "./fields.js";
import { percent, whole } from "./format.js";
import { Growth } from "./growth.js";
import { asked, taken, within } from "./keys.js";
import { total } from "./maps.js";
import { Pane, pathOf, TEAL } from "./pane.js";
import { Strip } from "./strip.js";
import { Surface } from "./surface.js";

/** @import { Send } from "./surface.js" */
/** @import { Tiling } from "./maps.js" */
/** @import { FieldData } from "./types.js" */

const WAYS = [true, false]; // with the shift, without
const BEAT = 600; // milliseconds between two steps of the play

class ReceptiveFieldPart {
  /**
   * @param {HTMLElement} element
   * @param {Send} send
   */
  constructor(element, send) {
    this.surface = new Surface(element, send, () => this.render());
    /** @type {Map<Tiling, Path2D>} */
    this.borders = new Map();
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.playing = undefined;
  }

  /** @param {FieldData} data */
  update(data) {
    const isNew = data.revision !== this.data?.revision;
    const isSpoken = data.words.depth === this.data?.words.depth;
    this.data = data;
    if (isNew || !this.fields) {
      this.fields = new Fields(data);
      this.borders.clear();
    }
    if (isNew || !isSpoken) this.build(data, this.fields);
    this.surface.draw();
  }

  /**
   * @param {FieldData} data
   * @param {Fields} fields
   */
  build({ words, picture }, fields) {
    this.stop();
    this.views?.chart.destroy();
    const { root } = this.surface;
    root.replaceChildren();
    const depth = slider(root, words.depth, (block) => this.act(() => fields.chooseBlock(block)));
    const scrub = slider(root, words.back, (back) => this.goBack(back));
    const play = button(scrub.root, words.play, () => this.toggle(), "wr-button");
    const body = root.appendChild(make("div", "wr-field"));
    const listeners = {
      hover: (/** @type {number} */ token) => fields.hover(token) && this.surface.draw(),
      choose: () => this.act(() => {}),
      key: (/** @type {KeyboardEvent} */ event) => this.key(event),
    };
    const panes = WAYS.map(() => new Pane(body, listeners, picture));
    const side = body.appendChild(make("div", "wr-side"));
    side.append(make("div", "wr-title", words.chart));
    const chart = new Growth(side, (at) => this.act(() => fields.chooseStep(at)));
    const names = [words.with, words.without];
    const strips = names.map((name) => new Strip(root, name, (back) => this.goBack(back)));
    this.views = { depth, scrub, play, panes, chart, strips, names };
  }

  /**
   * Change what is chosen, draw it and send it.
   * @param {(fields: Fields) => void} change
   */
  act(change) {
    const { fields } = this;
    if (!fields) return;
    change(fields);
    this.surface.draw();
    this.surface.choose({ block: fields.block, patch: fields.patch });
  }

  /** @param {number} back */
  goBack(back) {
    this.stop();
    this.act((fields) => fields.goBack(back));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { step, turn, bracket } = asked(event);
    const isPlay = event.key === " ";
    if (!step && !turn && !bracket && !isPlay) return;
    taken(event);
    if (isPlay) this.toggle();
    else
      this.act((fields) => {
        if (step) fields.move(step);
        else if (turn) fields.chooseBlock(within(fields.block + turn, 0, fields.journey.blocks.length - 1));
        else fields.goBack(fields.back + bracket);
      });
  }

  toggle() {
    const { fields } = this;
    if (!fields) return;
    if (this.playing !== undefined) {
      this.stop();
      return;
    }
    fields.goBack(fields.isAtPicture ? 0 : fields.back + 1);
    this.playing = setInterval(() => {
      if (fields.isAtPicture) this.stop();
      else fields.goBack(fields.back + 1);
      this.surface.draw();
    }, BEAT);
    this.surface.draw();
  }

  stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.surface.draw();
  }

  render() {
    const { data, fields, views } = this;
    if (!data || !fields || !views) return;
    const { words } = data;
    const { journey, at, back, map } = fields;
    const { fieldsOf, sizesOf } = fields.grown();
    const own = journey.mapOf(at);
    views.depth.set(fields.block, journey.blocks.length - 1, `${journey.name(at)}  ${filled(words.map, own)}`);
    const where = fields.where(back, words);
    views.scrub.set(back, at + 1, where);
    views.play.textContent = this.playing === undefined ? words.play : words.pause;
    const spoken = WAYS.map((shifted, i) => {
      const [pane, name] = [views.panes[i], views.names[i]];
      pane.title.textContent = name;
      pane.show(`${name}. ${words.help}`, map, [map.rows, map.columns]);
      this.drawPane(pane, fields, fieldsOf[i][back], shifted);
      const count = total(fieldsOf[i][back]);
      const numbers = { count: whole(count), all: whole(map.tokens), share: percent(count / map.tokens) };
      pane.readout.textContent = filled(words.size, numbers);
      views.strips[i].draw(fieldsOf[i], fields, words);
      return `${name}: ${pane.readout.textContent}`;
    });
    const lines = views.names.map((label, i) => ({ label, sizes: sizesOf[i] }));
    views.chart.draw(data.figure, lines, journey.maps[0].tokens, at, data.chart);
    this.surface.announcer.announce(`${fields.where(0, words)}. ${where}. ${spoken.join(". ")}`);
  }

  /**
   * @param {Pane} pane
   * @param {Fields} fields
   * @param {Uint8Array} field
   * @param {boolean} shifted
   */
  drawPane(pane, { journey, at, back, map, token }, field, shifted) {
    const begun = pane.begin((t) => (field[t] ? "clear" : "dim"));
    // The windows of the block whose input this is: what the field was filled up to.
    const tiling = back > 0 ? journey.tilingOf(at - back + 1, shifted) : undefined;
    if (tiling) {
      const edges = this.borders.get(tiling) ?? pathOf(borders(map.rows, map.columns, (t) => tiling.group[t]));
      this.borders.set(tiling, edges);
      pane.stroke(begun, edges, "rgb(255 255 255 / .4)", 1);
    }
    const edge = pathOf(outline(map.rows, map.columns, (t) => field[t] === 1));
    pane.edge(begun, edge, "#fff", 4);
    pane.stroke(begun, edge, this.surface.accent, 2);
    // The chosen token's own square of the picture, whatever map is drawn.
    const own = journey.mapOf(at);
    const scale = own.cell / map.cell;
    const square = new Path2D();
    square.rect((token % own.columns) * scale, Math.floor(token / own.columns) * scale, scale, scale);
    pane.edge(begun, square, "#fff", 3.5);
    pane.stroke(begun, square, TEAL, 2);
  }

  /** Both fields at this step, and how they grow. */
  figures() {
    const { fields, views } = this;
    if (!fields || !views) return [];
    const { fieldsOf } = fields.grown();
    const shape = [fields.map.rows, fields.map.columns];
    const panes = views.panes.map(({ root }, i) => {
      return { name: views.names[i], element: root, arrays: { field: { values: fieldsOf[i][fields.back], shape } } };
    });
    return [...panes, views.chart.chart.saved(this.data?.words.chart)];
  }

  destroy() {
    clearInterval(this.playing);
    this.views?.chart.destroy();
    this.surface.destroy();
  }
}

/**
 * @param {HTMLElement} element
 * @param {Send} send
 */
export function mount(element, send) {
  return new ReceptiveFieldPart(element, send);
}
