// The explorer in a notebook: numbers come over the kernel's own channel when they are first asked for, and what a person
// chose is the model's `state`, which Python reads and sets.
import { mount } from "../explorer/explorer.js";
import { isDark } from "../shared/colours.js";
import { make } from "../shared/dom.js";

/**
 * What anywidget hands over; `on` also hears "msg:custom" with a message and its buffers.
 * @typedef {{ get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void, send: (content: any) => void, on: (name: string, heard: Function) => void, off: (name: string, heard: Function) => void }} Model
 */

// How hosts call the colour of their page: JupyterLab, VS Code, marimo.
const GROUNDS = ["--jp-layout-color0", "--vscode-editor-background", "--background"];
const BYTES = { headers: { "content-type": "application/octet-stream" } };

/**
 * The colour behind an element: the host's own name for it, else the first ground around it that is not transparent.
 * @param {Element} element
 */
function groundOf(element) {
  const style = getComputedStyle(document.body);
  const named = GROUNDS.map((name) => style.getPropertyValue(name).trim()).find(Boolean);
  if (named) return named;
  for (let around = /** @type {Element | null} */ (element); around; around = around.parentElement) {
    const { backgroundColor } = getComputedStyle(around);
    if (backgroundColor !== "rgba(0, 0, 0, 0)" && backgroundColor !== "transparent") return backgroundColor;
  }
  return "#ffffff";
}

/**
 * The host's ground, and on it our own text and lines, whose contrast is known.
 * @param {HTMLElement} element
 * @param {Record<string, Record<string, string>>} themes
 */
function dress(element, themes) {
  const root = element.getRootNode();
  // In a shadow root the parts read their colours off its host.
  const places = root instanceof ShadowRoot ? [element, /** @type {HTMLElement} */ (root.host)] : [element];
  const ground = groundOf(element);
  const put = (/** @type {string} */ name, /** @type {string} */ value) => {
    for (const place of places) place.style.setProperty(name, value);
  };
  put("--st-background-color", ground);
  const dark = isDark(element);
  for (const [name, value] of Object.entries(themes[dark ? "dark" : "light"]))
    if (name !== "--st-background-color") put(name, value);
}

/**
 * Asks the kernel for payloads. Every view hears all answers, so its questions have a name of their own.
 * @param {Model} model
 */
function asking(model) {
  /** @type {Map<string, (response: Response) => void>} */
  const waiting = new Map();
  const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let count = 0;
  const heard = (/** @type {any} */ message, /** @type {(DataView<ArrayBuffer> | ArrayBuffer)[]} */ buffers) => {
    const done = waiting.get(message.id);
    if (!done) return;
    waiting.delete(message.id);
    done(message.error ? new Response(message.error, { status: 413 }) : new Response(buffers[0], BYTES));
  };
  model.on("msg:custom", heard);
  return {
    end: () => model.off("msg:custom", heard),
    /** @param {string} path @returns {Promise<Response>} */
    fetcher: (path) =>
      new Promise((done) => {
        const id = `${view}-${++count}`;
        waiting.set(id, done);
        model.send({ id, path });
      }),
  };
}

/** @param {{ model: Model, el: HTMLElement }} host */
function render({ model, el }) {
  const { explorer, themes } = JSON.parse(model.get("data"));
  for (const scale of Object.values(explorer.scales))
    for (const name of ["light", "dark"]) scale[name] = Uint8Array.from(scale[name]);
  const root = el.appendChild(make("div", "vv"));
  // A notebook hears keys that leave a cell's output: an arrow would choose another cell, a letter run a command.
  const keep = (/** @type {Event} */ event) => event.stopPropagation();
  root.addEventListener("keydown", keep);
  dress(root, themes);
  const { fetcher, end } = asking(model);
  let sent = "";
  const view = mount(root.appendChild(make("div")), {
    fetcher,
    state: (state) => {
      sent = JSON.stringify(state);
      model.set("state", state);
      model.save_changes();
    },
  });
  const data = { ...explorer, state: model.get("state") };
  view.update(data);
  const chosen = () => {
    const state = model.get("state");
    if (JSON.stringify(state) !== sent) view.choose(state); // not what this view sent itself
  };
  model.on("change:state", chosen);
  const again = () => {
    dress(root, themes);
    view.update({ ...data });
  };
  const watch = new MutationObserver(again);
  const attributeFilter = ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];
  for (const place of [document.documentElement, document.body])
    watch.observe(place, { attributes: true, attributeFilter });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", again);
  return () => {
    watch.disconnect();
    system.removeEventListener("change", again);
    model.off("change:state", chosen);
    end();
    view.destroy();
  };
}

export default { render };
