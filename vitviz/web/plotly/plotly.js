// plotly.js: the basic bundle (scatter, bar), loaded once by the first chart, and its style rules for shadow roots.

/** @import { Plotly } from "./types.js" */

/** @typedef {(script: HTMLScriptElement) => void | Promise<void>} Filling gives a script its address or its text */

const SHEETS = ["plotly.js-style-global"];

/** @type {Filling} */
let fill = (script) => {
  script.src = new URL("../vendor/plotly-basic-4.1.1.min.js", import.meta.url).href;
};

/** @type {Promise<Plotly> | undefined} */
let loading;

/**
 * Where plotly.js comes from, for a host that has no server to ask.
 * @param {Filling} filling
 */
export function plotlyFrom(filling) {
  fill = filling;
}

/** @returns {Promise<Plotly>} plotly.js; asked for again where it did not come. */
export function plotly() {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** @returns {Promise<Plotly>} */
async function load() {
  const script = document.createElement("script");
  await fill(script);
  if (script.src) await arrived(script);
  else document.head.append(script); // its text runs at once
  return /** @type {{ Plotly: Plotly }} */ (/** @type {unknown} */ (globalThis)).Plotly;
}

/**
 * @param {HTMLScriptElement} script
 * @returns {Promise<unknown>}
 */
const arrived = (script) =>
  new Promise((done, failed) => {
    script.onload = done;
    script.onerror = () => {
      script.remove();
      failed(new Error(`no plotly.js at ${script.src}`));
    };
    document.head.append(script);
  });

/** @type {WeakMap<ShadowRoot, Set<string>>} */
const adopted = new WeakMap();

/**
 * plotly writes its rules into the document's head (one sheet for all charts, one for each chart's buttons), where a
 * shadow root does not see them: they are taken over from there.
 * @param {Node} root
 * @param {string} [uid] of a chart that is drawn
 */
export function adoptStyles(root, uid) {
  if (!(root instanceof ShadowRoot)) return;
  const known = adopted.get(root) ?? new Set();
  adopted.set(root, known);
  for (const id of uid ? [...SHEETS, `plotly.js-style-modebar-${uid}`] : SHEETS) {
    const rules = /** @type {HTMLStyleElement | null} */ (document.getElementById(id))?.sheet?.cssRules;
    if (!rules || known.has(id)) continue;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync([...rules].map(({ cssText }) => cssText).join("\n"));
    known.add(id);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
}
