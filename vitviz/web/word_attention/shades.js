// Colours of weights, in which a pair that the mask forbids is no colour of the scale but grey. Knows no page.
import { largest, Shades } from "../shared/shades.js";

/** @import { Matrix } from "./layers.js" */

const PIXEL = new Uint32Array(1);
const BYTES = new Uint8Array(PIXEL.buffer);

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
    /** @type {Map<number, { css: string, ink: string }>} by pixel */
    this.styles = new Map();
  }

  /** @param {number} value */
  pixel(value) {
    return Number.isNaN(value) ? this.masked : super.pixel(value);
  }

  /**
   * A value's colour, and black or white, whichever is read better on it.
   * @param {number} value
   */
  styleOf(value) {
    const pixel = this.pixel(value);
    const kept = this.styles.get(pixel);
    if (kept) return kept;
    PIXEL[0] = pixel;
    const [red, green, blue] = BYTES;
    const [r, g, b] = [red, green, blue].map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    const light = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179;
    const made = { css: `rgb(${red} ${green} ${blue})`, ink: light ? "#000" : "#fff" };
    this.styles.set(pixel, made);
    return made;
  }
}

/**
 * The scale of one map: 0 to 1 for all of them, or each map's own.
 * @param {Matrix} matrix
 * @param {boolean} own
 */
export const highOf = ({ values }, own) => (own ? largest(values, 0, values.length) : 1);
