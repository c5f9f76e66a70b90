// The theme of the page, light or dark, else the system's. Streamlit has no way to choose it from a page that keeps the
// session: it follows the system's colours, which it reads anew after printing. So what the page is told of these
// colours is what the person chose, and the page is asked to read them anew. A browser test changes themes this way.

/** @typedef {"system" | "light" | "dark"} Theme */

/** @type {Theme[]} */
export const THEMES = ["system", "light", "dark"];
const QUERY = /^\(prefers-color-scheme:\s*(dark|light)\)$/;

const chosen = { theme: /** @type {Theme} */ ("system"), asks: false };

/**
 * What a media query answers where a theme was chosen; undefined for every other query.
 * @param {string} query
 * @param {Theme} theme
 */
export function answered(query, theme) {
  const asked = QUERY.exec(query)?.[1];
  return asked && theme !== "system" ? asked === theme : undefined;
}

/** Have the page's media queries know the chosen theme. */
function watchQueries() {
  if (chosen.asks) return;
  chosen.asks = true;
  const { matchMedia } = window;
  window.matchMedia = (query) => {
    const list = matchMedia.call(window, query);
    const answer = answered(query, chosen.theme);
    if (answer !== undefined) Object.defineProperty(list, "matches", { value: answer });
    return list;
  };
}

/** @param {Theme} theme */
export function chooseTheme(theme) {
  if (theme === chosen.theme) return;
  watchQueries();
  chosen.theme = theme;
  window.dispatchEvent(new Event("afterprint"));
}
