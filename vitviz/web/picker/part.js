// The picture of tokens in a Streamlit page.
import { mergeHeldKeys } from "../shared/events.js";
import { Picker } from "./picker.js";

export function mount(element, send) {
  return new Picker(element, mergeHeldKeys(send));
}
