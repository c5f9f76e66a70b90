// Float arrays as coloured cells on a canvas, and numbers as text. Knows no host.

/** Whether the page around an element is dark, read off its own background. */
export function isDark(element) {
  const probe = element.ownerDocument.createElement("canvas").getContext("2d");
  const host = element.getRootNode().host ?? element;
  probe.fillStyle = getComputedStyle(host).getPropertyValue("--st-background-color").trim() || "#fff";
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

/** The colour table of the page's theme: 256 x RGB. */
export function lookup(scale, dark) {
  return dark ? scale.dark : scale.light;
}

/** Paint `values[offset ...]` as rows x columns cells, one canvas pixel a cell. NaN stays transparent. */
export function paint(canvas, values, offset, rows, columns, table, low, high, alpha = 255) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const factor = 255 / (high - low || 1);
  for (let i = 0; i < rows * columns; i++) {
    const value = values[offset + i];
    if (Number.isNaN(value)) continue;
    const step = 3 * Math.max(0, Math.min(255, Math.round((value - low) * factor)));
    image.data[4 * i] = table[step];
    image.data[4 * i + 1] = table[step + 1];
    image.data[4 * i + 2] = table[step + 2];
    image.data[4 * i + 3] = alpha;
  }
  context.putImageData(image, 0, 0);
}

/** Four significant digits, a true minus sign, and room for the sign so that columns of numbers line up. */
export function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : value.toPrecision(4);
  return text.replace("-", "\u2212").replace("e\u2212", "e-").replace(/e-/, "e\u2212");
}

/** An element with a class and text; text is never read as markup. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/** A bar that says which values the colours span. */
export function colourBar(scale, dark, low, high, label) {
  const bar = make("div", "vv-bar");
  const strip = make("canvas", "vv-bar-strip");
  paint(
    strip,
    Float32Array.from({ length: 256 }, (_, i) => i),
    0,
    1,
    256,
    lookup(scale, dark),
    0,
    255,
  );
  strip.setAttribute("aria-hidden", "true");
  bar.append(make("span", "", number(low)), strip, make("span", "", number(high)));
  if (label) bar.append(make("span", "vv-bar-label", label));
  return bar;
}

const HELD_MS = 90; // what follows faster than this is a held key

/** `choose` that hears a choice at once; held keys run ahead of the server, and of them it hears only where they stop. */
export function unhurried(choose) {
  let asked = -Infinity;
  let pending;
  return (name, value) => {
    const held = performance.now() - asked < HELD_MS;
    asked = performance.now();
    clearTimeout(pending);
    if (held) pending = setTimeout(() => choose(name, value), HELD_MS);
    else choose(name, value);
  };
}
