// Numbers as text, to the last digit as Python writes them (vitviz/plot/numbers.py and format()), with a true minus sign.
// JavaScript rounds a tie away from zero and Python to the even digit, so ties are rounded here.

const MINUS = "\u2212";
const EXACT = 100; // digits behind the point that show every tie as what it is
const SMALL = 1e-3;
const LARGE = 1e5;

/**
 * Digits without a point, rounded to their first `count`, a tie to the even digit.
 * @param {string} digits
 * @param {number} count
 */
function roundedTo(digits, count) {
  const head = digits.slice(0, count) || "0";
  const tail = digits.slice(count);
  const half = `5${"0".repeat(Math.max(0, tail.length - 1))}`;
  const up = tail > half || (tail === half && Number(head.at(-1)) % 2 === 1);
  return up ? String(BigInt(head) + 1n).padStart(head.length, "0") : head;
}

/**
 * `size` (not negative) with so many digits behind the point.
 * @param {number} size
 * @param {number} digits
 */
function decimals(size, digits) {
  const text = size < 1e21 ? size.toFixed(EXACT) : `${BigInt(size)}.${"0".repeat(EXACT)}`;
  const [whole, rest] = text.split(".");
  const rounded = roundedTo(whole + rest, whole.length + digits);
  return digits ? `${rounded.slice(0, -digits)}.${rounded.slice(-digits)}` : rounded;
}

/**
 * The first `digits` + 1 digits of `size` (not negative) and the power of ten of the first one.
 * @param {number} size
 * @param {number} digits
 * @returns {[string, number]}
 */
function significant(size, digits) {
  const [mantissa, power] = size.toExponential(EXACT).split("e");
  const rounded = roundedTo(mantissa.replace(".", ""), digits + 1);
  const carried = rounded.length > digits + 1;
  return [carried ? rounded.slice(0, -1) : rounded, Number(power) + (carried ? 1 : 0)];
}

/**
 * @param {number} size
 * @param {number} digits
 */
function exponential(size, digits) {
  const [found, power] = significant(size, digits);
  const mantissa = digits ? `${found[0]}.${found.slice(1)}` : found;
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/**
 * @param {number} size
 * @param {number} precision
 * @param {boolean} zeros whether zeros at the end stay
 */
function general(size, precision, zeros) {
  const count = Math.max(1, precision);
  const power = size === 0 ? 0 : significant(size, count - 1)[1];
  const text = power < -4 || power >= count ? exponential(size, count - 1) : decimals(size, count - 1 - power);
  const [mantissa, ten] = text.split("e");
  const kept = zeros || !mantissa.includes(".") ? mantissa : mantissa.replace(/\.?0+$/, "");
  return ten === undefined ? kept : `${kept}e${ten}`;
}

/** @param {number} value */
const negative = (value) => value < 0 || Object.is(value, -0);

/** @param {number} value */
const odd = (value) => (Number.isNaN(value) ? "NaN" : value < 0 ? `${MINUS}\u221e` : "\u221e");

/**
 * Four significant digits; powers of ten below 0.001 and from 100,000 on: `short` of Python.
 * @param {number} value
 */
export function number(value) {
  if (!Number.isFinite(value)) return odd(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size < SMALL || size >= LARGE) ? exponential(size, 3) : general(size, 4, true);
  return (negative(value) ? MINUS : "") + text.replace("-", MINUS);
}

/**
 * So many digits behind the point: `fixed` of Python. What rounds to nought has no sign.
 * @param {number} value
 * @param {number} [digits]
 */
export function fixed(value, digits = 6) {
  const text = formatted(value, `.${digits}f`);
  return Number.isFinite(value) && !/[1-9]/.test(text) ? text.replace(MINUS, "") : text;
}

/**
 * What Python's `format(value, spec)` gives for specs such as ".4g", ".3f", ".1e", ".1%", ",", "+.2f", with a true minus
 * sign. Text stays as it is; "" gives a number's shortest digits.
 * @param {number | string} value
 * @param {string} [spec]
 */
export function formatted(value, spec = "") {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return odd(value);
  const found = /^(\+?)(,?)(?:\.(\d+))?([gfe%d]?)$/.exec(spec);
  if (!found) throw new Error(`not a format: ${spec}`);
  const [, plus, comma, given, kind] = found;
  const size = Math.abs(value);
  const digits = given === undefined ? 6 : Number(given);
  let text = String(size);
  if (kind === "g") text = general(size, digits, false);
  if (kind === "f") text = decimals(size, digits);
  if (kind === "e") text = exponential(size, digits);
  if (kind === "%") text = `${decimals(100 * size, digits)}%`;
  if (comma) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  return (negative(value) ? MINUS : plus) + text.replaceAll("-", MINUS);
}
