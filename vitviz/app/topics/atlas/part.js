// The heads of an atlas as dots; the one that is chosen has a ring.
import { Chart } from "../../../web/plotly/chart.js";
import { Echo } from "../../../web/shared/echo.js";
import { withRing } from "./ring.js";

/** @import { Figure, Words } from "../../../web/plotly/types.js" */
/** @typedef {{ figure: Figure, chosen: number, words: Words }} Data */

/**
 * @param {HTMLElement} element
 * @param {(name: "head", row: number) => void} send is called with the number of the head that is chosen
 */
export function mount(element, send) {
  const echo = new Echo();
  /** @type {Data | null} */
  let shown = null;
  let chosen = 0;
  const draw = () => shown && chart.update(withRing(shown.figure, chosen), shown.words);
  /** @param {{ pointNumber: number }} point */
  const pick = ({ pointNumber }) => {
    chosen = pointNumber;
    echo.sent(String(chosen));
    draw();
    send("head", chosen);
  };
  const chart = new Chart(element, { pick });
  return {
    /** @param {Data} data */
    update(data) {
      shown = data;
      if (echo.isNews(String(data.chosen)) || !echo.last) chosen = data.chosen;
      draw();
    },
    figures: () => [chart.saved()],
    destroy: () => chart.destroy(),
  };
}
