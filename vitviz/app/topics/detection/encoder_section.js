// The encoder: its self-attention in the attention explorer, before there are any queries.
import { mount as mountExplorer } from "../../../web/explorer/explorer.js";
import { make, write } from "../../../web/shared/dom.js";
import { filled, setBold } from "../../../web/shared/words.js";

/** @import { Answer, Choice, DetectionData, EncoderAnswer } from "./types.d.ts" */
/** @import { Section, Shown } from "./view.js" */
/** @typedef {{ url: string, text: string, payloads: EncoderAnswer["payloads"] }} Served what the explorer can fetch now */

const PAYLOAD = { headers: { "content-type": "application/octet-stream" } };

/** @implements {Section} */
export class EncoderSection {
  /** @param {(part: Partial<Choice>) => void} choose */
  constructor(choose) {
    this.root = make("div");
    this.cells = this.root.appendChild(make("div", "vd-found"));
    this.explorer = mountExplorer(this.root.appendChild(make("div")), {
      state: ({ token }) => {
        this.place = token;
        choose({ place: token });
      },
      fetcher: (path) => fetched(path, this.served),
    });
    this.note = this.root.appendChild(make("div", "vd-found"));
    /** @type {Served | null} */
    this.served = null;
    /** @type {{ answer: Answer, data: DetectionData } | null} what the explorer was updated with last */
    this.drawn = null;
    this.place = -1;
    this.image = ""; // the drawn page
  }

  /** @param {Shown} shown */
  draw({ data, answer, choice, picture }) {
    const { words, sizes } = data;
    if (this.drawn?.data !== data) {
      const [rows, columns] = sizes.grid;
      setBold(this.cells, filled(words.encoder_cell, { rows, columns, stride: sizes.stride, field: sizes.field }));
      write(this.note, words.encoder_note);
    }
    if (!answer.encoder) return;
    if (this.drawn?.answer !== answer || this.drawn.data !== data) {
      this.explore(data, answer, answer.encoder, picture, choice.place);
    }
    if (choice.place !== this.place) this.explorer.hover(choice.place);
    this.place = choice.place;
  }

  /**
   * @param {DetectionData} data
   * @param {Answer} answer
   * @param {EncoderAnswer} encoder
   * @param {HTMLCanvasElement} picture
   * @param {number} place
   */
  explore(data, answer, { payloads, ...encoder }, picture, place) {
    const { words } = data;
    const { text } = answer.page;
    const name = `${words.page} ${/^\d+$/.test(text) ? text : words.changed}`;
    if (this.drawn?.answer !== answer) this.image = picture.toDataURL();
    this.drawn = { answer, data };
    this.served = { url: data.url, text, payloads };
    this.explorer.update({
      ...data.explorer,
      ...encoder,
      words: { ...data.explorer.words, figures: words.encoder_figures },
      revision: text,
      url: text,
      name,
      picture: { image: this.image, alt: name, aspect: 1 },
      state: { layer: encoder.layers.length - 1, token: place },
    });
  }

  figures() {
    return this.explorer.figures?.() ?? [];
  }

  destroy() {
    this.explorer.destroy();
  }
}

/**
 * A payload that came with the answer, or tensors from the server.
 * @param {string} path
 * @param {Served | null} served
 * @returns {Promise<Response>}
 */
async function fetched(path, served) {
  const [text, layer, rest = ""] = path.split("/");
  if (served && rest.endsWith(".npz")) {
    return fetch(`${served.url}/${text}.npz?${new URLSearchParams({ layer, head: rest.replace(".npz", "") })}`);
  }
  const bytes = text === served?.text ? served.payloads[path.slice(text.length + 1)] : undefined;
  return bytes ? new Response(bytes, PAYLOAD) : new Response("", { status: 410 });
}
