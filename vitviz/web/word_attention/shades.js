// Colours of weights, in which a pair that the mask forbids is no colour of the scale but grey. Knows no page.
import { largest, Shades } from "../shared/shades.js";

/** @import { Matrix } from "./layers.js" */

/** NaN, a forbidden pair, has a colour of its own. */
export class MaskedShades extends Shades {
  /**
   * @param {Uint32Array} colours
   * @param {number} high
   * @param {number} masked a pixel
   */
  constructor(colours, high, masked) {
    super(colours, high);
    this.masked = masked;
  }

  /** @param {number} value */
  pixel(value) {
    return Number.isNaN(value) ? this.masked : super.pixel(value);
  }

  /** @param {number} value */
  css(value) {
    const [red, green, blue] = this.bytes(value);
    return `rgb(${red} ${green} ${blue})`;
  }

  /**
   * Black or white, whichever is read better on the colour of a value.
   * @param {number} value
   */
  inkOn(value) {
    const [red, green, blue] = Array.from(this.bytes(value), (byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
  }

  /** @param {number} value */
  bytes(value) {
    return new Uint8Array(new Uint32Array([this.pixel(value)]).buffer);
  }
}

/**
 * The scale of one map: 0 to 1 for all of them, or each map's own.
 * @param {Matrix} matrix
 * @param {boolean} own
 */
export const highOf = ({ values }, own) => (own ? largest(values, 0, values.length) : 1);
