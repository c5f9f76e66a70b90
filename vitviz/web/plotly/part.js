// A chart as a part of a page.
import { Chart } from "./chart.js";

/** @import { Figure, Words } from "./types.js" */

/**
 * @param {HTMLElement} element
 */
export function mount(element) {
  const chart = new Chart(element);
  return {
    /** @param {{ figure: Figure, words: Words }} data */
    update: ({ figure, words }) => chart.update(figure, words),
    figures: () => [chart.saved()],
    destroy: () => chart.destroy(),
  };
}
