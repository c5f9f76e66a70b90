// A chart as Streamlit shows it.
import { mounted } from "../canvas.js";
import { Chart } from "./chart.js";

const charts = new WeakMap();

export default function (args) {
  return mounted(charts, args, (root) => new Chart(root.querySelector(".vv")));
}
