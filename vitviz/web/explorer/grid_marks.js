// Over the small maps: their frames, figures, names, the numbers of layers and heads, and which maps are chosen.

/** @import { GridLayout } from "./grid_layout.js" */
/** @import { Choice, Ink } from "./types.d.ts" */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {GridLayout} layout
 * @param {{ chosen: Choice, second: Choice | null }} choices
 * @param {Ink} ink
 */
export function drawMarks(context, layout, { chosen, second }, ink) {
  const { size, map, shrink } = layout;
  context.clearRect(0, 0, size.width, size.height);
  const letters = Math.round(11 / shrink);
  context.font = `${letters}px ${ink.font}`;
  context.fillStyle = ink.text;
  if (layout.order === "layer") drawAxes(context, layout);
  const full = layout.fullBar();
  for (const [place, cell] of layout.cells.entries()) {
    if (!cell) continue;
    const [x, y] = layout.corner(place);
    context.strokeStyle = ink.faint;
    context.lineWidth = 1;
    context.strokeRect(x - 0.5, y - 0.5, map.width + 1, map.height + 1);
    const figure = typeof cell.head === "number" ? layout.figure(cell.layer, cell.head) : undefined;
    if (figure !== undefined && figure !== null) {
      context.fillStyle = ink.faint;
      context.fillRect(x, y + map.height + 1, map.width, 2);
      context.fillStyle = ink.text;
      context.fillRect(x, y + map.height + 1, map.width * Math.min(1, figure / full), 2);
    }
    if (layout.order !== "layer" && map.width > 18)
      context.fillText(`${cell.layer}.${cell.head}`, x, y + map.height + 4 + letters * 0.9, map.width);
    for (const { choice, colour } of [
      { choice: second, colour: ink.second },
      { choice: chosen, colour: ink.accent },
    ]) {
      if (!choice || cell.layer !== choice.layer || cell.head !== choice.head) continue;
      context.strokeStyle = colour;
      context.lineWidth = Math.max(2, 2 / shrink);
      context.strokeRect(x - 1.5, y - 1.5, map.width + 3, map.height + 3);
    }
  }
}

/**
 * The numbers of the layers and heads; where they have no room, every second head's and so on.
 * @param {CanvasRenderingContext2D} context
 * @param {GridLayout} layout
 */
function drawAxes(context, layout) {
  const { left, top, columns, map, step } = layout;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const layer of layout.layers.keys()) {
    const [, y] = layout.corner(layout.placeOf({ layer, head: 0 }) ?? 0);
    context.fillText(String(layer), left - 6, y + map.height / 2);
  }
  context.textAlign = "center";
  const every = Math.ceil(context.measureText("00 ").width / step.x);
  for (let c = 0; c < columns; c++) {
    const last = columns > 1 && c === columns - 1;
    if (!last && (c % every || (every > 1 && c > columns - 1 - every))) continue;
    context.fillText(last ? "\u2300" : String(c), left + c * step.x + map.width / 2, top / 2);
  }
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
}
