// Colours of cosines from any value up to 1, and of three directions as red, green and blue. Knows no page.
import { Shades } from "../../../web/shared/shades.js";

/** @import { Directions } from "./types.d.ts" */

const FLAT = 1e-9; // a direction along which so small a part of the variance lies has no colours
const OPAQUE = 0xff000000;

/** The colours from `bottom` up to 1. */
export class UpToOne extends Shades {
  /**
   * @param {Uint32Array} colours
   * @param {number} bottom
   */
  constructor(colours, bottom) {
    super(colours, 1);
    this.low = bottom;
    this.factor = bottom < 1 ? 255 / (1 - bottom) : 0;
  }

  /** @param {number} value */
  level(value) {
    return Math.max(0, Math.min(255, Math.round((value - this.low) * this.factor)));
  }
}

/** Pixels that are there already. */
export class Painted extends Shades {
  /** @param {Uint32Array} target */
  fill(target) {
    target.set(this.colours);
  }
}

/**
 * A picture's three directions as pixels: each from where its colour begins to where it ends, clipped; the middle where a
 * direction has no variance. As `Components.colours` of Python.
 * @param {NonNullable<Directions>} directions
 * @returns {Uint32Array}
 */
export function pixelsOf({ share, spans, projections }) {
  const count = projections.length / 3;
  const pixels = new Uint32Array(count);
  const bytes = new Uint8ClampedArray(3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      const [low, high] = [spans[2 * c], spans[2 * c + 1]];
      bytes[c] = share[c] > FLAT && high > low ? (255 * (projections[3 * i + c] - low)) / (high - low) : 127.5;
    }
    pixels[i] = (OPAQUE | (bytes[2] << 16) | (bytes[1] << 8) | bytes[0]) >>> 0;
  }
  return pixels;
}
