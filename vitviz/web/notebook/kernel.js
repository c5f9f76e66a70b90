// Questions to the kernel, over its own channel.

/**
 * What anywidget hands over; `on` also hears "msg:custom" with a message and its buffers.
 * @typedef {{ get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void, send: (content: any) => void, on: (name: string, heard: Function) => void, off: (name: string, heard: Function) => void }} Model
 */

const BYTES = { headers: { "content-type": "application/octet-stream" } };

/**
 * Asks the kernel for payloads. Every view hears all answers, so its questions have a name of their own.
 * @param {Model} model
 */
export function asking(model) {
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
