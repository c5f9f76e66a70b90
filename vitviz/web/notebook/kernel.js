// Questions to the kernel, over its own channel.

/**
 * What anywidget hands over; `on` also hears "msg:custom" with a message and its buffers.
 * @typedef {{ get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void, send: (content: any) => void, on: (name: string, heard: Function) => void, off: (name: string, heard: Function) => void }} Model
 */

const BYTES = { headers: { "content-type": "application/octet-stream" } };
const PATIENCE = 4000; // milliseconds that a kernel may take before the reader is told

/**
 * Asks the kernel for payloads. Every view hears all answers, so its questions have a name of their own. `silent` is called
 * with whether some question has waited for long: a kernel that was started anew never answers, a busy one does at last.
 * @param {Model} model
 * @param {(silent: boolean) => void} silent
 */
export function asking(model, silent) {
  /** @type {Map<string, (response: Response) => void>} */
  const waiting = new Map();
  /** @type {Set<ReturnType<typeof setTimeout>>} */
  const timers = new Set();
  const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let count = 0;
  const heard = (/** @type {any} */ message, /** @type {(DataView<ArrayBuffer> | ArrayBuffer)[]} */ buffers) => {
    const done = waiting.get(message.id);
    if (!done) return;
    waiting.delete(message.id);
    silent(false);
    done(message.error ? new Response(message.error, { status: 413 }) : new Response(buffers[0], BYTES));
  };
  const look = (/** @type {string} */ id) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (waiting.has(id)) silent(true);
    }, PATIENCE);
    timers.add(timer);
  };
  model.on("msg:custom", heard);
  return {
    end: () => {
      model.off("msg:custom", heard);
      for (const timer of timers) clearTimeout(timer);
    },
    /** @param {string} path @returns {Promise<Response>} */
    fetcher: (path) =>
      new Promise((done) => {
        const id = `${view}-${++count}`;
        waiting.set(id, done);
        look(id);
        try {
          model.send({ id, path });
        } catch {
          silent(true); // the channel is closed
        }
      }),
  };
}
