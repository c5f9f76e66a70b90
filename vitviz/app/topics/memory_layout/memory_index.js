// Addresses and indices of a tensor in memory, from its shape and strides. Knows no page.

/**
 * The index of the number at an address: the axis of the largest stride is counted first. An axis of length 1 stays 0.
 * @param {number} address in elements
 * @param {readonly number[]} strides in elements
 * @param {readonly number[]} shape
 * @returns {number[]}
 */
export function indexOf(address, strides, shape) {
  const axes = [...shape.keys()].filter((axis) => shape[axis] > 1);
  axes.sort((a, b) => strides[b] - strides[a]);
  const index = shape.map(() => 0);
  let rest = address;
  for (const axis of axes) {
    index[axis] = Math.floor(rest / strides[axis]);
    rest %= strides[axis];
  }
  return index;
}

/**
 * @param {readonly number[]} index
 * @param {readonly number[]} strides in elements
 */
export function addressOf(index, strides) {
  return index.reduce((sum, value, axis) => sum + value * strides[axis], 0);
}

/**
 * The sum that makes an address: `0·48 + 1·16 + 2·4 + 2·1`.
 * @param {readonly number[]} index
 * @param {readonly number[]} strides
 */
export function addressSum(index, strides) {
  return index.map((value, axis) => `${value}\u00b7${strides[axis]}`).join(" + ");
}
