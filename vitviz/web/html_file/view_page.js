// A part of the app in a file of its own: its data stands in the page, and nothing is asked of any server.
import { plotlyFrom } from "../plotly/plotly.js";
import { unpackData } from "../shared/payload.js";
import { speak, whenChosen } from "./speak.js";
import { inflated, unpacked } from "./unpacked.js";

/** @import { HostedPart } from "../views/types.d.ts" */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} id */
const textOf = (id) => element(id).textContent ?? "";

/**
 * Show the part with what `view_file.py` wrote into the page: its data in every language, and one picture for all.
 * @param {HostedPart} part
 */
export default async function show(part) {
  const { texts, image, language: first } = JSON.parse(textOf("data"));
  let language = first;
  speak(texts, language);
  if (typeof DecompressionStream === "undefined") {
    element("view").textContent = texts[language].old;
    return;
  }
  plotlyFrom(async (script) => {
    script.textContent = new TextDecoder().decode(await inflated(textOf("plotly")));
  });
  const kept = unpackData(await unpacked(textOf("n0")));
  element("view").replaceChildren();
  const view = part.mount(element("view"), (_, value) => {
    for (const each of Object.keys(kept)) kept[each] = part.choose(kept[each], value);
    again();
  });
  const again = () => view.update({ ...kept[language], image });
  again();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  whenChosen((chosen) => {
    language = chosen;
    speak(texts, language);
    again();
  });
}
