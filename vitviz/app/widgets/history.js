// What changes on one page takes the place of its entry in the history, so that Back leaves the page at once.

/**
 * Streamlit adds an entry to the history for every change of a page's query. On the same page it becomes the entry
 * that is there.
 */
export function oneEntryForEachPage() {
  const { pushState } = history;
  if (Object.hasOwn(history, "pushState")) return; // done already
  Object.defineProperty(history, "pushState", {
    configurable: true,
    /** @type {History["pushState"]} */
    value(state, title, address) {
      const same = address != null && new URL(address, location.href).pathname === location.pathname;
      if (same) history.replaceState(state, title, address);
      else pushState.call(history, state, title, address);
    },
  });
}
