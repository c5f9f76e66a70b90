// What a small cache holds and has fetched after each step of a matrix product. Knows no page.

/**
 * One multiply-add, as `Step` of `vitviz/analysis/matmul/cache_lines.py`: i, j, k; the addresses of A[i,k], B[k,j] and
 * C[i,j]; which of their lines had to be fetched (1 or 0); the lines that the cache holds then.
 * @typedef {{ ijk: number[], addresses: number[], missed: number[], kept: number[] }} Step
 */

/** @typedef {{ kept: boolean, accessed: boolean, missed: boolean }} CellState */

/**
 * How many lines of A, B and C were fetched up to each step, that one counted.
 * @param {readonly Step[]} steps
 * @returns {number[][]}
 */
export function fetchedUntil(steps) {
  const counts = [0, 0, 0];
  return steps.map(({ missed }) => missed.map((miss, matrix) => (counts[matrix] += miss)));
}

/**
 * What every number of the three matrices is at a step, by address.
 * @param {Step} step
 * @param {number} cells numbers in all three matrices
 * @param {number} line numbers in a line
 * @returns {CellState[]}
 */
export function cellStates(step, cells, line) {
  const kept = new Set(step.kept);
  return Array.from({ length: cells }, (_, address) => {
    const matrix = step.addresses.indexOf(address);
    return {
      kept: kept.has(Math.floor(address / line)),
      accessed: matrix >= 0,
      missed: matrix >= 0 && step.missed[matrix] === 1,
    };
  });
}

/**
 * The line of the program that a step is.
 * @param {Step} step
 */
export function stepText({ ijk: [i, j, k] }) {
  return `C[${i},${j}] += A[${i},${k}] \u00b7 B[${k},${j}]`;
}
