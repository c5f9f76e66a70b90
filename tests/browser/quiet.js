// Runs in every page before its own scripts: knows when the page has nothing left to do.
//
// Quiet is: the last run of the script that was asked for has ended, and, for some frames on end, no element stands for one
// whose module is not there yet, no timer of at most a second is waiting (debounced inputs, speech), no picture is on its way and
// nothing new was fetched. Modules and style sheets are waited for by settle() in conftest.py: a page does not see them. Payloads
// that the explorer fetches ahead are waited for only on request; an animation is not.
(() => {
  const LONGEST = 1000;
  const FRAMES = 4;
  const GIVE_UP = 60_000;
  const EARLY = 2; // ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN: another run follows
  const page = /** @type {Window & typeof globalThis & { untilQuiet?: (payloads: boolean) => Promise<void> }} */ (
    window
  );
  if (page.untilQuiet || page !== page.top) return;
  if (!sessionStorage.getItem("visited")) {
    localStorage.clear(); // a new page begins as a new person's does
    sessionStorage.setItem("visited", "yes");
  }

  let changes = 0; // counts whatever disturbs the quiet
  let asked = true; // a run was asked for and has not ended yet; the first always is

  const waiting = new Set();
  const { setTimeout: later, clearTimeout: never } = window;
  /**
   * @param {TimerHandler} callback
   * @param {number} [delay]
   * @param {any[]} rest
   */
  const watchedTimeout = (callback, delay = 0, ...rest) => {
    const id = later(() => {
      waiting.delete(id);
      if (typeof callback === "function") callback(...rest);
    }, delay);
    if (delay <= LONGEST) waiting.add(id);
    return id;
  };
  page.setTimeout = /** @type {typeof setTimeout} */ (watchedTimeout);
  page.clearTimeout = (id) => {
    waiting.delete(id);
    never(id);
  };

  const fetching = { files: 0, payloads: 0 };
  const { fetch } = window;
  page.fetch = async (...what) => {
    const address = what[0] instanceof Request ? what[0].url : String(what[0]);
    const kind = address.includes(".bin") ? "payloads" : "files";
    fetching[kind] += 1;
    const ended = () => {
      fetching[kind] -= 1;
      changes += 1;
    };
    try {
      const response = await fetch(...what);
      if (kind === "files" || !response.ok) {
        ended();
        return response;
      }
      const { arrayBuffer } = response; // a payload is there when it was read
      response.arrayBuffer = () => arrayBuffer.call(response).finally(ended);
      return response;
    } catch (error) {
      ended();
      throw error;
    }
  };

  /** The fields of a protobuf message by number: of the outermost level, the last of each; numbers only for varints.
   * @param {Uint8Array} bytes */
  function fields(bytes) {
    const found = new Map();
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let factor = 1; ; factor *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = varint();
      const number = Math.floor(tag / 8);
      if (tag % 8 === 0) {
        found.set(number, varint());
        continue;
      }
      found.set(number, true);
      if (tag % 8 === 2) {
        const length = varint();
        at += length;
      } else at += tag % 8 === 1 ? 8 : 4;
    }
    return found;
  }

  const RERUN = 11; // BackMsg.rerun_script
  const FINISHED = 6; // ForwardMsg.script_finished
  const { send } = WebSocket.prototype;
  const followed = new WeakSet();
  WebSocket.prototype.send = function (message) {
    if (!followed.has(this)) {
      followed.add(this);
      this.addEventListener("message", ({ data }) => {
        changes += 1;
        if (!(data instanceof ArrayBuffer)) return;
        const status = fields(new Uint8Array(data)).get(FINISHED);
        if (status !== undefined && status !== EARLY) asked = false;
      });
    }
    if (message instanceof Uint8Array && fields(message).has(RERUN)) {
      asked = true;
      changes += 1;
    }
    return send.call(this, message);
  };

  const scriptRuns = () =>
    document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-script-state") !== "notRunning";
  const unmade = () => document.querySelector("[data-testid=stSkeleton], [data-testid=stAppSkeleton]") !== null;
  const picturesLoad = () => [...document.images].some((image) => !image.complete);
  /** @param {boolean} payloads */
  const reasons = (payloads) => ({
    asked,
    script: scriptRuns(),
    unmade: unmade(),
    timers: waiting.size,
    fetching: fetching.files + (payloads ? fetching.payloads : 0),
    pictures: picturesLoad(),
  });

  /** @type {(payloads: boolean) => Promise<void>} */
  const untilQuiet = (payloads) =>
    new Promise((done, failed) => {
      const start = performance.now();
      let still = 0;
      let before = changes;
      const look = () => {
        const why = reasons(payloads);
        const busy = Object.values(why).some(Boolean);
        still = busy || before !== changes ? 0 : still + 1;
        before = changes;
        if (still >= FRAMES) done();
        else if (performance.now() - start > GIVE_UP) failed(new Error(`never quiet: ${JSON.stringify(why)}`));
        else requestAnimationFrame(look);
      };
      look();
    });
  page.untilQuiet = untilQuiet;
})();
