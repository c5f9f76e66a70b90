// The page is shown while the rest of it is still being read: what of it is there, and when something was painted.

/**
 * The element with an id, once the page is read to its end.
 * @param {string} id
 * @returns {Promise<HTMLElement>}
 */
export async function whole(id) {
  for (;;) {
    const element = document.getElementById(id);
    if (element && (element.nextElementSibling || document.readyState !== "loading")) return element;
    await more();
  }
}

/** Settles when more of the page has been read. */
const more = () =>
  new Promise((done) => {
    const watch = new MutationObserver(done);
    watch.observe(document.body, { childList: true });
    document.addEventListener("DOMContentLoaded", done, { once: true });
  });

/** Settles when the next frame is on the screen. */
export const painted = () =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(undefined);
    requestAnimationFrame(() => port2.postMessage(0));
  });
