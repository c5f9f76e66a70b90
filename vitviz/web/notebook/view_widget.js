// A part of the app in a notebook: its data are bytes of the kernel's, and what a person chose is the model's `state`.
import { plotlyFrom } from "../plotly/plotly.js";
import { make } from "../shared/dom.js";
import { unpackData } from "../shared/payload.js";
import { hideStill } from "./beside.js";
import { asking } from "./kernel.js";
import { noticeIn } from "./notice.js";
import { dress, whenDressed } from "./theme.js";

/** @import { HostedPart } from "../views/types.d.ts" */
/** @import { Model } from "./kernel.js" */

/** @param {Model} model */
function dataOf(model) {
  /** @type {DataView<ArrayBuffer>} */
  const { buffer, byteOffset, byteLength } = model.get("payload");
  return unpackData(new Uint8Array(buffer, byteOffset, byteLength));
}

/** @param {HostedPart} part what anywidget shows of it */
export default function widgetOf(part) {
  /** @param {{ model: Model, el: HTMLElement }} host */
  function render({ model, el }) {
    const themes = JSON.parse(model.get("themes"));
    const root = el.appendChild(make("div", "vv"));
    // A notebook hears keys that leave a cell's output: an arrow would choose another cell, a letter run a command.
    root.addEventListener("keydown", (event) => event.stopPropagation());
    dress(root, themes);
    const showStill = hideStill(model);
    const questions = asking(model, noticeIn(root, model.get("silent")));
    plotlyFrom(async (script) => {
      const answer = await questions.fetcher("plotly");
      script.src = URL.createObjectURL(new Blob([await answer.blob()], { type: "text/javascript" }));
    });
    let data = part.place(dataOf(model), model.get("state"));
    let sent = "";
    const view = part.mount(root.appendChild(make("div")), (_, value) => {
      data = part.choose(data, value);
      const state = { ...model.get("state"), ...part.stateOf(data) };
      sent = JSON.stringify(state);
      model.set("state", state);
      model.save_changes();
      questions.fetcher("heard"); // what another choice needs comes with it, if anybody hears it
      view.update(data);
    });
    view.update(data);
    const placed = () => {
      const state = model.get("state");
      if (JSON.stringify(state) === sent) return; // what this view sent itself
      data = part.place(data, state);
      view.update(data);
    };
    const others = () => {
      data = part.place(dataOf(model), model.get("state"));
      view.update(data);
    };
    model.on("change:state", placed);
    model.on("change:payload", others);
    const end = whenDressed(() => {
      dress(root, themes);
      view.update(data);
    });
    return () => {
      end();
      showStill();
      model.off("change:state", placed);
      model.off("change:payload", others);
      questions.end();
      view.destroy();
    };
  }
  return { render };
}
