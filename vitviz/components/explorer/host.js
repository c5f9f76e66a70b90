// The explorer in a Streamlit page.
import { mount } from "./explorer.js";

const explorers = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let explorer = explorers.get(parentElement);
  if (!explorer) {
    const events = { state: (state) => setTriggerValue("state", state), need: () => setTriggerValue("need", Date.now()) };
    explorer = mount(parentElement.querySelector(".vv"), events);
    explorers.set(parentElement, explorer);
  }
  explorer.update(data);
  return () => {
    explorer.destroy();
    explorers.delete(parentElement);
  };
}
