// Every token's vector in one block, and the cosine of any vector with all of them. Knows no page.

/** @import { Payload } from "../../../web/shared/payload.js" */

/** Vectors (count x width), those of `heads` heads one behind another; a vector of zeros has no cosine (NaN). */
export class TokenVectors {
  /**
   * @param {Float32Array} values
   * @param {number} count
   * @param {number} heads
   */
  constructor(values, count, heads) {
    this.values = values;
    this.count = count;
    this.heads = heads;
    this.width = count ? values.length / count : 0;
    /** @type {Map<number, Float64Array>} */
    this.lengths = new Map();
    this.query = new Float64Array(this.width);
  }

  /**
   * What the server sends: torch's own float32 numbers.
   * @param {Payload} payload
   */
  static of({ header, arrays }) {
    const count = header.prefix.length + header.rows * header.columns;
    return new TokenVectors(arrays.vectors, count, header.heads);
  }

  /**
   * Where the numbers of a head begin in a vector, and where they end; of all heads for -1, null where there is none.
   * @param {number} head
   * @returns {[begin: number, end: number] | null}
   */
  part(head) {
    if (head < 0) return [0, this.width];
    const size = this.width / this.heads;
    return head < this.heads ? [head * size, (head + 1) * size] : null;
  }

  /**
   * 1 / |x| of every vector, NaN for a vector of zeros.
   * @param {number} head
   */
  inverseLengths(head) {
    const kept = this.lengths.get(head);
    if (kept) return kept;
    const { values, width } = this;
    const part = this.part(head);
    const made = Float64Array.from({ length: this.count }, (_, i) => {
      if (!part) return NaN;
      let sum = 0;
      for (let c = i * width + part[0], end = i * width + part[1]; c < end; c++) sum += values[c] * values[c];
      return sum > 0 ? 1 / Math.sqrt(sum) : NaN;
    });
    this.lengths.set(head, made);
    return made;
  }

  /**
   * The cosine of vector `token` of `from` with every vector here, into `out`; NaN where there is no such head or token, or
   * the vectors are of another width.
   * @param {TokenVectors} from
   * @param {number} token
   * @param {number} head
   * @param {Float32Array} out
   */
  cosines(from, token, head, out) {
    const part = this.part(head);
    if (!part || from.width !== this.width || token < 0 || token >= from.count) return out.fill(NaN);
    const { values, width, query } = this;
    const [begin, end] = part;
    for (let c = begin; c < end; c++) query[c] = from.values[token * width + c];
    const own = from.inverseLengths(head)[token];
    const inverse = this.inverseLengths(head);
    for (let i = 0, at = 0; i < this.count; i++, at += width) {
      out[i] = dot(values, at, query, begin, end) * own * inverse[i];
    }
    return out;
  }
}

/**
 * The sum of values[at + c] * query[c]. In four sums side by side: each addition has to wait for the one before it.
 * @param {Float32Array} values
 * @param {number} at
 * @param {Float64Array} query
 * @param {number} begin
 * @param {number} end
 */
function dot(values, at, query, begin, end) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = begin;
  for (; i + 3 < end; i += 4) {
    a += values[at + i] * query[i];
    b += values[at + i + 1] * query[i + 1];
    c += values[at + i + 2] * query[i + 2];
    d += values[at + i + 3] * query[i + 3];
  }
  for (; i < end; i++) a += values[at + i] * query[i];
  return a + b + c + d;
}

/**
 * The patches with the largest values, largest first; `own` and NaN are left out.
 * @param {ArrayLike<number>} values of all tokens
 * @param {number} from the first patch
 * @param {number} count
 * @param {number} [own]
 */
export function mostAlike(values, from, count, own = -1) {
  /** @type {number[]} */
  const found = [];
  for (let token = from; token < values.length; token++) {
    if (token === own || Number.isNaN(values[token])) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] < values[token]) at--;
    if (at < count) found.splice(at, 0, token);
    if (found.length > count) found.pop();
  }
  return found;
}

/**
 * The lowest of some values, `otherwise` where it is higher; NaN is left out.
 * @param {ArrayLike<number>} values
 * @param {number} from
 * @param {number} otherwise
 */
export function lowest(values, from, otherwise) {
  let low = otherwise;
  for (let i = from; i < values.length; i++) if (values[i] < low) low = values[i];
  return low;
}
