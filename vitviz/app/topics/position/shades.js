// Colours of signed values: 0 in the middle, equally far to both sides. Has what the explorer's cells ask of a scale.
export class SignedShades {
  /**
   * @param {Uint32Array} colours 256 pixels
   * @param {number} high the value of the last colour
   */
  constructor(colours, high) {
    this.colours = colours;
    this.high = high > 0 ? high : 1;
  }

  /**
   * The pixel of a value; NaN, which is no value, is transparent.
   * @param {number} value
   */
  pixel(value) {
    if (Number.isNaN(value)) return 0;
    const level = Math.round(((value + this.high) * 255) / (2 * this.high));
    return this.colours[Math.max(0, Math.min(255, level))];
  }

  /**
   * Fill `target` with the pixels of `values[offset ...]`.
   * @param {Uint32Array} target
   * @param {ArrayLike<number>} values
   * @param {number} [offset]
   */
  fill(target, values, offset = 0) {
    for (let i = 0; i < target.length; i++) target[i] = this.pixel(values[offset + i]);
  }
}
