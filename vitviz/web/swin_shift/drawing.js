// Lines and texts that are seen on every picture: light over dark.

/** @typedef {readonly [ink: string, width: number]} Stroke */

/**
 * Stroke the same thing twice, each time in an ink and a width in CSS pixels.
 * @param {CanvasRenderingContext2D} context
 * @param {number} ratio device pixels a CSS pixel
 * @param {readonly Stroke[]} strokes
 * @param {() => void} stroke
 */
export function stroked(context, ratio, strokes, stroke) {
  for (const [ink, width] of strokes) {
    context.strokeStyle = ink;
    context.lineWidth = width * ratio;
    stroke();
  }
}

/**
 * The same text in white with a dark rim, its middle at (x, y).
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} font
 * @param {number} rim
 */
export function label(context, text, x, y, font, rim) {
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = rim;
  context.strokeStyle = "rgb(0 0 0 / .7)";
  context.strokeText(text, x, y);
  context.fillStyle = "#fff";
  context.fillText(text, x, y);
}
