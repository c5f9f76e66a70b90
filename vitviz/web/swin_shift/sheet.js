import { contextOf } from "../shared/dom.js";

/** @import { Windows } from "./geometry.js" */
/** @import { Theme } from "./types.js" */

const FEWEST = 5; // CSS pixels of a patch below which no lines are drawn between patches

/**
 * The picture as patches, with the padding beside it: what the pieces are cut from.
 * @param {HTMLCanvasElement} canvas
 * @param {Windows} windows
 * @param {HTMLImageElement} image
 * @param {Theme} theme
 * @param {number} unit device pixels of a patch
 * @param {number} ratio device pixels of a CSS pixel
 */
export function drawSheet(canvas, { height, width, grid }, image, theme, unit, ratio) {
  const sheet = contextOf(canvas);
  sheet.fillStyle = theme.padding;
  sheet.fillRect(0, 0, width * unit, height * unit);
  sheet.strokeStyle = theme.hatch;
  sheet.lineWidth = ratio;
  sheet.beginPath();
  for (let x = -height * unit; x < width * unit; x += 7 * ratio) {
    sheet.moveTo(x, height * unit);
    sheet.lineTo(x + height * unit, 0);
  }
  sheet.stroke();
  if (image.complete && image.naturalWidth) sheet.drawImage(image, 0, 0, grid.width * unit, grid.height * unit);
  if (unit / ratio < FEWEST) return;
  sheet.strokeStyle = "rgb(255 255 255 / .22)";
  sheet.lineWidth = 1;
  sheet.beginPath();
  for (let c = 1; c < width; c++) sheet.rect(c * unit, 0, 0, height * unit);
  for (let r = 1; r < height; r++) sheet.rect(0, r * unit, width * unit, 0);
  sheet.stroke();
}
