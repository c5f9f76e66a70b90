// The picture of tokens in a Streamlit page.
import { mounted } from "./canvas.js";
import { Picker } from "./picker.js";

const pickers = new WeakMap();

export default function (args) {
  return mounted(pickers, args, (root, choose) => new Picker(root.querySelector(".vv"), choose));
}
