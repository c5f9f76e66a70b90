// Axes: from values to pixels, and which values get a word.
import { formatted } from "./numbers.js";

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";
const METRIC = { 3: "k", 6: "M", 9: "G", 12: "T" };

/** Position of `value` between 0 and 1 on an axis that spans `low` to `high`. */
export function scale(log, [low, high]) {
  if (!log) return (value) => (value - low) / (high - low || 1);
  const [from, to] = [Math.log(low), Math.log(high)];
  return (value) => (value > 0 ? (Math.log(value) - from) / (to - from || 1) : NaN);
}

/** The span of an axis: as it was said, or what holds all that `values()` are, with some room. */
export function spanOf(axis, values, room) {
  if (axis.span) return Array.from(axis.span);
  const known = values().filter((value) => Number.isFinite(value) && (!axis.log || value > 0));
  let [low, high] = known.length ? [least(known), most(known)] : [axis.log ? 1 : 0, axis.log ? 10 : 1];
  if (axis.log) {
    const more = (high / low) ** room || 1;
    return low === high ? [low / 2, high * 2] : [low / more, high * more];
  }
  if (axis.from_zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const more = room * (high - low);
  return [axis.from_zero && low === 0 ? 0 : low - more, axis.from_zero && high === 0 ? 0 : high + more];
}

const least = (values) => values.reduce((a, b) => Math.min(a, b));
const most = (values) => values.reduce((a, b) => Math.max(a, b));

/** [value, word] for every tick inside the span. */
export function ticks(axis, [low, high]) {
  const inside = ([value]) => value >= low - 1e-9 * (high - low) && value <= high + 1e-9 * (high - low);
  if (axis.ticks) return axis.ticks.filter(inside);
  const found = axis.log ? powers(low, high, axis.count) : round(low, high, axis.count);
  return found.map((value) => [value, word(value, axis, found)]);
}

function round(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((times) => times * power >= rough * 0.999) * power;
  const found = [];
  // Counted in whole steps, so that 0 is 0 and not what adding steps left of it.
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) found.push(i * step);
  return found;
}

function powers(low, high, count) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from) / Math.max(1, count)));
  const found = [];
  for (let power = from; power <= to; power += every) found.push(10 ** power);
  if (found.length > 1) return found;
  return [1, 2, 5]
    .flatMap((times) => [from - 1, from, to].map((power) => times * 10 ** power))
    .filter((value, i, all) => value >= low && value <= high && all.indexOf(value) === i)
    .sort((a, b) => a - b);
}

function word(value, axis, all) {
  if (axis.style === "percent") return `${Math.round(100 * value)} %`;
  if (axis.style === "exponent") return value === 0 ? "0" : formatted(value, ".0e").replace(/e(.)0*(?=\d)/, "e$1");
  if (axis.style === "power") return power(Math.round(Math.log10(value)));
  if (axis.style === "metric") return metric(value);
  const step = all.length > 1 ? Math.abs(all[1] - all[0]) : Math.abs(value);
  const largest = most(all.map(Math.abs));
  if (value !== 0 && !axis.log && (largest >= 1e5 || largest < 1e-3)) return formatted(value, ".3g");
  if (axis.log) return formatted(value, value >= 1 ? ".6g" : ".3g");
  return formatted(value, `.${Math.min(8, Math.max(0, -Math.floor(Math.log10(step || 1) + 1e-9)))}f`);
}

function power(exponent) {
  return `10${exponent < 0 ? "\u207b" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
}

function metric(value) {
  const size = Math.min(12, 3 * Math.floor(Math.log10(Math.abs(value) || 1) / 3 + 1e-9));
  return size < 3 ? formatted(value, ".3g") : `${formatted(value / 10 ** size, ".3g")}${METRIC[size]}`;
}
