// The explorer in a notebook: numbers come over the kernel's own channel when they are first asked for, and what a person
// chose is the model's `state`, which Python reads and sets.
import { mount } from "../explorer/explorer.js";
import { make } from "../shared/dom.js";
import { hideStill } from "./beside.js";
import { asking } from "./kernel.js";
import { noticeIn } from "./notice.js";
import { dress, whenDressed } from "./theme.js";

/** @import { Model } from "./kernel.js" */

/** @param {Model} model */
function dataOf(model) {
  const data = JSON.parse(model.get("data"));
  for (const scale of Object.values(data.explorer.scales))
    for (const name of ["light", "dark"]) scale[name] = Uint8Array.from(scale[name]);
  return data;
}

/**
 * What of the model's state is the explorer's.
 * @param {Record<string, any>} state
 */
const explored = ({ edits, ...state }) => state;

/** @param {{ model: Model, el: HTMLElement }} host */
function render({ model, el }) {
  let { explorer, themes, silent } = dataOf(model);
  const root = el.appendChild(make("div", "vv"));
  // A notebook hears keys that leave a cell's output: an arrow would choose another cell, a letter run a command.
  const keep = (/** @type {Event} */ event) => event.stopPropagation();
  root.addEventListener("keydown", keep);
  dress(root, themes);
  const showStill = hideStill(model);
  const questions = asking(model, noticeIn(root, silent));
  let sent = "";
  const view = mount(root.appendChild(make("div")), {
    fetcher: questions.fetcher,
    state: (state) => {
      const whole = { ...state, edits: model.get("state").edits };
      sent = JSON.stringify(whole);
      model.set("state", whole);
      model.save_changes();
    },
  });
  view.update({ ...explorer, state: explored(model.get("state")) });
  const chosen = () => {
    const state = model.get("state");
    if (JSON.stringify(state) !== sent) view.choose(explored(state)); // not what this view sent itself
  };
  model.on("change:state", chosen);
  const again = () => {
    dress(root, themes);
    view.update({ ...explorer, state: explored(model.get("state")) });
  };
  const others = () => {
    ({ explorer, themes, silent } = dataOf(model)); // another edit has another run
    again();
  };
  model.on("change:data", others);
  const end = whenDressed(again);
  return () => {
    end();
    showStill();
    model.off("change:state", chosen);
    model.off("change:data", others);
    questions.end();
    view.destroy();
  };
}

export default { render };
