// From the map of a model to the whole picture and back, where the model sees a crop of it. Pure.

/** @import { MapSize, SideData } from "./types.js" */
/** @typedef {[x: number, y: number]} Point in pixels of the whole picture */

/**
 * Where the middle of a token lies in the whole picture.
 * @param {Pick<SideData, "box" | "picture">} side
 * @param {MapSize} map
 * @param {number} token
 * @returns {Point}
 */
export function middleOf({ box, picture }, { columns, cell }, token) {
  const x = Math.min(picture.width - 1, ((token % columns) + 0.5) * cell) / picture.width;
  const y = Math.min(picture.height - 1, (Math.floor(token / columns) + 0.5) * cell) / picture.height;
  return [box[0] + x * (box[2] - box[0]), box[1] + y * (box[3] - box[1])];
}

/**
 * The token (without prefix) under a point of the whole picture; -1 where this model sees nothing.
 * @param {Pick<SideData, "box" | "picture">} side
 * @param {MapSize} map
 * @param {Point} point
 */
export function tokenAt({ box, picture }, { rows, columns, cell }, [x, y]) {
  const column = Math.floor((((x - box[0]) / (box[2] - box[0])) * picture.width) / cell);
  const row = Math.floor((((y - box[1]) / (box[3] - box[1])) * picture.height) / cell);
  return row < 0 || column < 0 || row >= rows || column >= columns ? -1 : row * columns + column;
}
