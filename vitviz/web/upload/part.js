// Sends files to the host's server, each as the body of one request, with its progress; the page learns which are there.
import { button } from "../shared/controls.js";
import { make } from "../shared/dom.js";
import { Lifetime } from "../shared/lifetime.js";
import { filled } from "../shared/words.js";
import { bytesText, outcome, sorted } from "./files.js";

/** @typedef {import("../shared/types.d.ts").Words} Words */
/**
 * @typedef {object} UploadData
 * @property {string} url where files go, relative to the page; a file's name follows
 * @property {string[]} suffixes what names may end with
 * @property {number} limit most bytes of all files together
 * @property {string[]} names of the files that are there
 * @property {number[]} sizes their bytes
 * @property {Words} words
 */

/**
 * @param {HTMLElement} element
 * @param {import("../shared/types.d.ts").Send} send is called with "files" when one more has arrived, "remove" with a name
 */
export function mount(element, send) {
  return new Upload(element, send);
}

class Upload {
  /**
   * @param {HTMLElement} element
   * @param {import("../shared/types.d.ts").Send} send
   */
  constructor(element, send) {
    this.send = send;
    this.life = new Lifetime();
    /** @type {UploadData | null} */
    this.data = null;
    /** @type {Set<XMLHttpRequest>} */
    this.running = new Set();
    this.life.atEnd(() => {
      for (const request of this.running) request.abort();
    });
    this.zone = element.appendChild(make("label", "vu-zone"));
    this.text = this.zone.appendChild(make("span", "vu-text"));
    this.hint = this.zone.appendChild(make("span", "vu-hint"));
    this.input = this.zone.appendChild(make("input"));
    Object.assign(this.input, { type: "file", multiple: true });
    this.list = element.appendChild(make("ul", "vu-list"));
    this.there = element.appendChild(make("ul", "vu-list"));
    this.listen();
  }

  listen() {
    const { life, zone, input } = this;
    life.listen(input, "change", () => {
      this.take([...(input.files ?? [])]);
      input.value = "";
    });
    life.listen(zone, "dragover", (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      zone.classList.add("vu-over");
    });
    life.listen(zone, "dragleave", () => zone.classList.remove("vu-over"));
    life.listen(zone, "drop", (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      zone.classList.remove("vu-over");
      this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {UploadData} data */
  update(data) {
    this.data = data;
    const { words, suffixes, limit, names, sizes } = data;
    this.text.textContent = words.choose;
    this.hint.textContent = filled(words.hint, { suffixes: suffixes.join(" "), limit: bytesText(limit) });
    this.input.accept = suffixes.join(",");
    this.there.replaceChildren();
    for (const [i, name] of names.entries()) {
      const row = this.there.appendChild(make("li"));
      row.append(make("span", "vu-name", name), make("span", "vu-size", bytesText(sizes[i])));
      button(row, words.remove, () => this.send("remove", name), "vu-button").setAttribute(
        "aria-label",
        `${words.remove} ${name}`,
      );
    }
  }

  /** @param {File[]} files */
  async take(files) {
    this.list.replaceChildren();
    for (const file of sorted(files)) {
      if (this.life.ended) return;
      await this.put(file);
    }
  }

  /**
   * Send one file; resolves when it was taken, refused or stopped.
   * @param {File} file
   * @returns {Promise<void>}
   */
  put(file) {
    const { words, url } = /** @type {UploadData} */ (this.data);
    const row = this.list.appendChild(make("li"));
    const bar = make("progress", "vu-bar");
    bar.max = Math.max(1, file.size);
    bar.setAttribute("aria-label", file.name);
    const said = make("span", "vu-size", "0 %");
    said.setAttribute("role", "status");
    row.append(make("span", "vu-name", file.name), bar, said);
    const request = new XMLHttpRequest();
    const stop = button(row, words.stop, () => request.abort(), "vu-button");
    this.running.add(request);
    return new Promise((resolve) => {
      const ended = (/** @type {string} */ code) => {
        this.running.delete(request);
        bar.remove();
        stop.remove();
        if (code === "ok") row.remove();
        else said.textContent = words[code] ?? words.failed;
        said.classList.toggle("vu-bad", code !== "ok");
        if (code === "ok" && !this.life.ended) this.send("files", `${file.name} ${performance.now()}`);
        resolve();
      };
      request.upload.onprogress = ({ loaded }) => {
        bar.value = loaded;
        said.textContent = `${Math.floor((100 * loaded) / bar.max)} %`;
      };
      request.onload = () => ended(outcome(request.responseText));
      request.onerror = () => ended("failed");
      request.onabort = () => ended("stopped");
      request.open("PUT", new URL(`${url}/${encodeURIComponent(file.name)}`, document.baseURI));
      request.send(file);
    });
  }

  destroy() {
    this.life.destroy();
  }
}
