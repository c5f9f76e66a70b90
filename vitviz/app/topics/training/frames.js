// The numbers of the film without a page: one snapshot of several, cosines, tiles.

/**
 * Snapshots of one run, one after another in each array. `query` is the patch that attends, -1 the class token; `dim`
 * is 0 without positions.
 * @typedef {{ name: string, steps: number[], blocks: number, heads: number, query: number, rows: Float32Array,
 *   onClass: Float32Array, probabilities: Float32Array, dim: number, positions: Float32Array,
 *   classToken: Float32Array }} Run
 */

/**
 * The numbers of one snapshot, `size` of them.
 * @param {Float32Array} values
 * @param {number} at
 * @param {number} size
 */
export const frameOf = (values, at, size) => values.subarray(at * size, (at + 1) * size);

/**
 * The cosine of every embedding with every other: (N, dim) -> (N, N). One of zeros points nowhere: NaN.
 * @param {Float32Array} embeddings
 * @param {number} dim
 */
export function cosines(embeddings, dim) {
  const count = embeddings.length / dim;
  const length = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let c = 0; c < dim; c++) sum += embeddings[i * dim + c] ** 2;
    length[i] = Math.sqrt(sum) || Number.NaN;
  }
  const found = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      let sum = 0;
      for (let c = 0; c < dim; c++) sum += embeddings[i * dim + c] * embeddings[j * dim + c];
      found[i * count + j] = found[j * count + i] = sum / (length[i] * length[j]);
    }
  }
  return found;
}

/**
 * The rows of (N, N) as tiles of side x side that lie as the patches do, a gap of one cell (NaN) between them.
 * @param {Float64Array} all
 * @param {number} side
 */
export function tiled(all, side) {
  const cells = side * (side + 1) - 1;
  const values = new Float64Array(cells * cells).fill(Number.NaN);
  const count = side * side;
  for (let one = 0; one < count; one++) {
    for (let other = 0; other < count; other++) {
      const row = Math.floor(one / side) * (side + 1) + Math.floor(other / side);
      const column = (one % side) * (side + 1) + (other % side);
      values[row * cells + column] = all[one * count + other];
    }
  }
  return { values, cells };
}

/**
 * The patch next to another in the step of an arrow key; from the class token (-1) the one in the middle.
 * @param {number} query
 * @param {readonly [number, number]} step rows, columns
 * @param {number} side
 */
export function movedQuery(query, [down, across], side) {
  if (query < 0) return side * Math.floor(side / 2) + Math.floor(side / 2);
  const row = Math.min(side - 1, Math.max(0, Math.floor(query / side) + down));
  const column = Math.min(side - 1, Math.max(0, (query % side) + across));
  return row * side + column;
}
