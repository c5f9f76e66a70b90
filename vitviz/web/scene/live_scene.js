// A scene and a model's answers to it: asked again with every change, one question at a time, the newest next.
import { make } from "../shared/dom.js";
import { Echo } from "../shared/echo.js";
import { Lifetime } from "../shared/lifetime.js";
import { unpackData } from "../shared/payload.js";
import { SceneEditor } from "./editor.js";
import { NewestWins } from "./newest_wins.js";

/** @import { SceneAnswer, SceneData } from "./types.d.ts" */

const REST = 300; // milliseconds after the last change: the scene is kept, and drawn finely

/**
 * @template {SceneAnswer} Answer
 * @typedef {object} SceneListeners
 * @property {(answer: Answer) => void} answered an answer is there: of the host, or to a change
 * @property {(text: string) => void} settled a scene that a person came to rest at
 * @property {() => void} gone the server does not know the page any more: the host has to mount it anew
 * @property {(x: number, y: number) => void} [press] the picture was pressed, in shares of its side
 */

/** @template {SceneAnswer} Answer */
export class LiveScene {
  /**
   * @param {HTMLElement} root
   * @param {SceneListeners<Answer>} listeners
   */
  constructor(root, listeners) {
    this.root = root;
    this.listeners = listeners;
    this.lifetime = new Lifetime();
    this.editor = new SceneEditor(root, {
      change: () => this.ask(),
      press: (x, y) => listeners.press?.(x, y),
    });
    this.note = root.appendChild(make("div", "vsc-note"));
    this.note.setAttribute("role", "alert");
    this.newest = new NewestWins(
      (path) => this.fetch(path),
      (answer) => this.accept(answer),
      (error) => this.fail(error),
    );
    /** @type {SceneData<Answer> | null} */
    this.data = null;
    this.echo = new Echo();
    this.options = "";
    this.rest = this.lifetime.afterRest(REST, () => this.settle());
  }

  /** The part of the picture that answers are drawn into. */
  get layer() {
    return this.editor.layer;
  }

  /**
   * What the host says. A scene that it was sent by this part is no news, even where it comes late.
   * @param {SceneData<Answer>} data
   */
  update(data) {
    const before = this.data;
    this.data = data;
    this.editor.update(data);
    if (this.echo.isNews(data.text) && before?.text !== data.text) {
      this.newest.drop();
      this.editor.text = data.text;
      this.accept(data.answer);
      return;
    }
    if (this.answer) this.listeners.answered(this.answer);
    if (before && before.url !== data.url) this.ask(); // the server did not know the former address any more
  }

  /**
   * What else is asked about every scene, as a query: `cut=1`.
   * @param {string} options
   */
  setOptions(options) {
    if (options === this.options) return;
    this.options = options;
    this.ask();
  }

  /** Ask for the answer to the scene as it is now. */
  ask() {
    this.newest.ask(`${this.editor.text}.bin${this.options && `?${this.options}`}`);
  }

  /** @param {string} path */
  async fetch(path) {
    const response = await fetch(`${this.data?.url}/${path}`);
    if (!response.ok) throw response.status === 410 ? new Error("gone") : new Error(await response.text());
    return unpackData(await response.arrayBuffer());
  }

  /** @param {Answer} answer */
  accept(answer) {
    this.answer = answer;
    this.note.textContent = "";
    this.editor.show(answer.page);
    this.listeners.answered(answer);
    this.root.dataset.answered = answer.page.text;
    this.rest();
  }

  /** @param {unknown} error */
  fail(error) {
    if (error instanceof Error && error.message === "gone") this.listeners.gone();
    else this.note.textContent = this.data?.words.failed ?? String(error);
  }

  settle() {
    const { text } = this.editor;
    if (!this.data || text !== this.answer?.page.text) return;
    this.editor.showFine(text, `${this.data.url}/${text}.png`);
    if (text === (this.echo.last ?? this.data.text)) return;
    this.echo.sent(text);
    this.listeners.settled(text);
  }

  destroy() {
    this.newest.close();
    this.lifetime.destroy();
    this.editor.destroy();
  }
}
