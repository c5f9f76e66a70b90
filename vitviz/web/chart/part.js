// A chart as Streamlit shows it.
import { Chart } from "./chart.js";

export function mount(element) {
  return new Chart(element);
}
