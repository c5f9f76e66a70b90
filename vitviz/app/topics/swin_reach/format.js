/**
 * A whole number with commas.
 * @param {number} value
 */
export function whole(value) {
  return value.toLocaleString("en-US");
}

/**
 * A share in per cent.
 * @param {number} share
 */
export function percent(share) {
  return `${(100 * share).toPrecision(3)} %`;
}
