// Numbers of a chart in words, as Python would write them.

function exponential(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const size = exponent.slice(1).padStart(2, "0");
  return `${mantissa}e${exponent[0]}${size}`;
}

function general(value, precision) {
  if (value === 0) return "0";
  const exponent = Number(value.toExponential(precision - 1).split("e")[1]);
  const text =
    exponent < -4 || exponent >= precision
      ? exponential(value, precision - 1)
      : value.toFixed(precision - 1 - exponent);
  return text.includes(".") ? text.replace(/\.?0+(?=e|$)/, "") : text;
}

/** `value` as Python's format(value, spec) gives it for "", ".4g", ".3f", ".1e" and ".1%", with a true minus sign. */
export function formatted(value, spec = "") {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return String(value).replace("-", "\u2212").replace("Infinity", "\u221e");
  const found = /^\.(\d+)([gfe%])$/.exec(spec);
  let text = String(value);
  if (found) {
    const digits = Number(found[1]);
    if (found[2] === "g") text = general(value, Math.max(1, digits));
    if (found[2] === "f") text = value.toFixed(digits);
    if (found[2] === "e") text = exponential(value, digits);
    if (found[2] === "%") text = `${(100 * value).toFixed(digits)}%`;
  }
  return text.replaceAll("-", "\u2212");
}

/** "{y:.4g} of {name}" with every place filled from `values`. */
export function filled(template, values) {
  return template.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, spec) => formatted(values[name], spec));
}
