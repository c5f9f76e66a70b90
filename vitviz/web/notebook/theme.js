// A widget in the colours of its host: JupyterLab, VS Code, marimo.
import { isDark } from "../shared/colours.js";

// How hosts call the colour of their page: JupyterLab, VS Code, marimo.
const GROUNDS = ["--jp-layout-color0", "--vscode-editor-background", "--background"];

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
export function dress(element, themes) {
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
 * Call `changed` whenever the host may have other colours; what is returned ends that.
 * @param {() => void} changed
 */
export function whenDressed(changed) {
  const watch = new MutationObserver(changed);
  const attributeFilter = ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];
  for (const place of [document.documentElement, document.body])
    watch.observe(place, { attributes: true, attributeFilter });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  return () => {
    watch.disconnect();
    system.removeEventListener("change", changed);
  };
}
