// The similarity lab in a Streamlit page.
import { Lab } from "./lab.js";

const labs = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let lab = labs.get(parentElement);
  if (!lab) {
    lab = new Lab(parentElement.querySelector(".vv"), (token) => setTriggerValue("token", token));
    labs.set(parentElement, lab);
  }
  lab.update(data);
  return () => {
    lab.destroy();
    labs.delete(parentElement);
  };
}
