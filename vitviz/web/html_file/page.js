// The explorer in a file of its own: everything that it needs stands in the page, and nothing is asked of any server.
import { mount } from "../explorer/explorer.js";
import { headFile } from "./arrays_file.js";
import { painted, whole } from "./reading.js";
import { speak, whenChosen } from "./speak.js";
import { unpacked } from "./unpacked.js";

/** @import { ExplorerData } from "../explorer/types.d.ts" */
/**
 * What `html_file.py` writes into the page. `texts` has every sentence of the page around the explorer by the id of its
 * element; `places` says which element holds the numbers of a path.
 * @typedef {{ explorer: ExplorerData, words: Record<string, Record<string, string>>, texts: Record<string, Record<string, string>>, places: Record<string, number>, language: string }} FileData
 */

const BYTES = { headers: { "content-type": "application/octet-stream" } };

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @returns {FileData} */
function dataOfThePage() {
  const data = JSON.parse(element("data").textContent ?? "");
  for (const scale of Object.values(data.explorer.scales))
    for (const theme of ["light", "dark"]) scale[theme] = Uint8Array.from(scale[theme]);
  return data;
}

/** Says that this browser cannot read the numbers, and ends the script. */
function showOld() {
  const { old } = data.texts[language];
  element("explorer").textContent = old;
  return new Error(old);
}

const data = dataOfThePage();
let language = data.language;

/** What the explorer shows in the language of the moment. */
const inWords = () => {
  const words = data.words[language];
  const { second } = data.explorer;
  const named = (/** @type {any} */ one) => ({ ...one, picture: { ...one.picture, alt: words.seen } });
  return { ...named(data.explorer), second: second && named(second), words };
};

/** @type {Promise<unknown> | undefined} what has to come before any other numbers: the first map */
let first;

/**
 * The numbers of a path, `0/3.bin`, from the element that holds them.
 * @param {string} path
 */
async function fetcher(path) {
  const archive = /^(.*)\/(\d+)\.npz$/.exec(path);
  const number = data.places[archive ? `${archive[1]}.bin` : path];
  if (number === undefined) return new Response(data.words[language].leftOut, { status: 413 });
  await first;
  const payload = await unpacked((await whole(`n${number}`)).textContent ?? "");
  return new Response(archive ? headFile(payload, Number(archive[2])) : payload, BYTES);
}

speak(data.texts, language);
if (typeof DecompressionStream === "undefined") throw showOld();
const view = mount(element("explorer"), { fetcher });
const shown = view.update(inWords()); // asks at once for what the first map needs
first = Promise.resolve(shown).then(painted);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => view.update(inWords()));
whenChosen((chosen) => {
  language = chosen;
  speak(data.texts, language);
  view.update(inWords());
});
