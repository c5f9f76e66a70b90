// What a part starts and has to end: everything that is registered here ends with one `destroy()`.

export class Lifetime {
  constructor() {
    this.controller = new AbortController();
    /** @type {(() => void)[]} */
    this.endings = [];
  }

  get ended() {
    return this.controller.signal.aborted;
  }

  /**
   * Listen until the end.
   * @template {Event} [Happening=any]
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: Happening) => void} listener
   * @param {AddEventListenerOptions} [options]
   */
  listen(target, type, listener, options = {}) {
    const called = /** @type {EventListener} */ (/** @type {unknown} */ (listener));
    target.addEventListener(type, called, { ...options, signal: this.controller.signal });
  }

  /**
   * Call `callback` whenever the size of `element` changes, and once soon.
   * @param {Element} element
   * @param {() => void} callback
   */
  resized(element, callback) {
    const observer = new ResizeObserver(() => callback());
    observer.observe(element);
    this.atEnd(() => observer.disconnect());
  }

  /**
   * A function that calls `callback` in the next frame; many calls before it are one.
   * @param {() => void} callback
   */
  inFrame(callback) {
    let frame = 0;
    this.atEnd(() => cancelAnimationFrame(frame));
    return () => {
      if (frame || this.ended) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        callback();
      });
    };
  }

  /**
   * A function that calls `callback` once the browser has had its turn, called in a frame: once that is painted; many calls
   * before it are one.
   * @param {() => void} callback
   */
  afterFrame(callback) {
    const { port1, port2 } = new MessageChannel();
    let waiting = false;
    port1.onmessage = () => {
      waiting = false;
      if (!this.ended) callback();
    };
    this.atEnd(() => port1.close());
    return () => {
      if (waiting || this.ended) return;
      waiting = true;
      port2.postMessage(0);
    };
  }

  /**
   * A function that calls `callback` so many milliseconds after its last call.
   * @template {unknown[]} Values
   * @param {number} delay
   * @param {(...values: Values) => void} callback
   */
  afterRest(delay, callback) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let waiting;
    this.atEnd(() => clearTimeout(waiting));
    return (/** @type {Values} */ ...values) => {
      clearTimeout(waiting);
      if (!this.ended) waiting = setTimeout(() => callback(...values), delay);
    };
  }

  /**
   * Call `callback` at the end.
   * @param {() => void} callback
   */
  atEnd(callback) {
    this.endings.push(callback);
  }

  destroy() {
    this.controller.abort();
    for (const end of this.endings.splice(0)) end();
  }
}
