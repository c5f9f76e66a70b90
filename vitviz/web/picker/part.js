// The picture of tokens in a Streamlit page.
import { unhurried } from "../shared/canvas.js";
import { Picker } from "./picker.js";

export function mount(element, send) {
  return new Picker(element, unhurried(send));
}
