// The lens in a Streamlit page.
import { LensView } from "./lens.js";

const views = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new LensView(parentElement.querySelector(".vv"), { place: (place) => setTriggerValue("place", place) });
    views.set(parentElement, view);
  }
  view.update(data);
  return () => {
    view.destroy();
    views.delete(parentElement);
  };
}
