// All layer norms in a Streamlit page.
import { unhurried } from "../canvas.js";
import { Norms } from "./norms.js";

const views = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    const tell = unhurried(setTriggerValue);
    view = new Norms(parentElement.querySelector(".vv"), (place) => tell("place", place));
    views.set(parentElement, view);
  }
  view.update(data);
  return () => views.delete(parentElement);
}
