// What a panel shows, as SVG: one element for each mark, however many points it has.

const SVG = "http://www.w3.org/2000/svg";
const DASHES = { solid: null, dash: "7 4", dot: "2 3", dashdot: "7 3 2 3" };

export function shape(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

export const dash = (name) => DASHES[name];

/** One mark of a panel at pixel places: `place` is { x(value), y(value), left, right, top, bottom }. */
export function drawn(mark, place) {
  return DRAWN[mark.kind](mark, place);
}

/** Where a mark's points lie, for what is told under the pointer: null where nothing is told. */
export function points(mark, place) {
  if (!mark.hover) return null;
  if (mark.kind === "bars") {
    const [edges, counts] = [mark.edges, mark.counts];
    const middle = (i) => (edges[i] + edges[i + 1]) / 2;
    const told = (i) => ({ x: middle(i), y: counts[i], low: edges[i], high: edges[i + 1] });
    return { mark, count: counts.length, at: (i) => [place.x(middle(i)), place.y(counts[i])], told };
  }
  const [x, y] = [mark.x, mark.y];
  const fields = Object.entries(mark.fields ?? {});
  const told = (i) => ({ x: x[i], y: y[i], ...Object.fromEntries(fields.map(([name, values]) => [name, values[i]])) });
  return { mark, count: y.length, at: (i) => [place.x(x[i]), place.y(y[i])], told };
}

/** All values that a mark has on both axes: what the axes have to hold. */
export function extent(mark) {
  if (mark.kind === "bars") return { x: [...mark.edges], y: [0, ...mark.counts] };
  if (mark.kind === "area") return { x: [...mark.x], y: [...mark.low, ...mark.high] };
  if (mark.kind === "upright") return { x: [mark.x, mark.to ?? mark.x], y: [] };
  if (mark.kind === "level") return { x: [], y: [mark.y] };
  if (mark.kind === "line" || mark.kind === "dots") return { x: [...mark.x], y: [...mark.y] };
  return { x: [], y: [] };
}

const tenth = (pixels) => Math.round(10 * pixels) / 10;
const DRAWN = { line, dots, bars, area, upright, level, note };

function line(mark, { x, y, clip }) {
  const [xs, ys] = [mark.x, mark.y];
  const group = shape("g", {});
  if (mark.width > 0) {
    let d = "";
    let down = false;
    for (let i = 0; i < ys.length; i++) {
      const [px, py] = [x(xs[i]), y(ys[i])];
      const seen = Number.isFinite(px) && Number.isFinite(py);
      if (seen) d += `${down ? "L" : "M"}${tenth(px)} ${tenth(py)}`;
      down = seen;
    }
    const look = { stroke: mark.colour, "stroke-width": mark.width, "stroke-dasharray": dash(mark.dash), fill: "none" };
    group.append(shape("path", { d, ...look, "stroke-linejoin": "round", "clip-path": `url(#${clip})` }));
  }
  if (mark.symbol) group.append(dots({ ...mark, opacity: 1 }, { x, y }));
  return group;
}

function dots(mark, { x, y }) {
  const [xs, ys] = [mark.x, mark.y];
  const radius = mark.size / 2;
  const places = new Set(); // thousands of points may share a place
  for (let i = 0; i < ys.length; i++) {
    const [px, py] = [tenth(x(xs[i])), tenth(y(ys[i]))];
    if (Number.isFinite(px) && Number.isFinite(py)) places.add(SYMBOLS[mark.symbol](px, py, radius));
  }
  const d = [...places].join("");
  const hollow = mark.symbol.endsWith("-open") || mark.symbol === "x";
  const round = mark.symbol === "circle"; // a line of no length with round ends
  const look = { fill: hollow || round ? "none" : mark.colour, stroke: hollow || round ? mark.colour : null };
  const stroke = round ? mark.size : hollow ? Math.max(1.6, mark.size / 5) : null;
  return shape("path", {
    d,
    ...look,
    "stroke-width": stroke,
    "stroke-linecap": round ? "round" : null,
    opacity: mark.opacity,
  });
}

const SYMBOLS = {
  circle: (x, y) => `M${x} ${y}h0`,
  "circle-open": (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`,
  // As large as a circle looks, not as wide as it is.
  diamond: (x, y, r) => `M${x - 1.4 * r} ${y}l${1.4 * r} ${-1.4 * r}l${1.4 * r} ${1.4 * r}l${-1.4 * r} ${1.4 * r}z`,
  square: (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  "square-open": (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`,
  x: (x, y, r) => `M${x - r} ${y - r}l${2 * r} ${2 * r}M${x - r} ${y + r}l${2 * r} ${-2 * r}`,
};

function bars(mark, { x, y }) {
  const [edges, counts] = [mark.edges, mark.counts];
  const floor = y(0).toFixed(1);
  let d = "";
  counts.forEach((count, i) => {
    if (count)
      d += `M${x(edges[i]).toFixed(1)} ${floor}V${y(count).toFixed(1)}H${x(edges[i + 1]).toFixed(1)}V${floor}z`;
  });
  return shape("path", { d, fill: mark.colour });
}

function area(mark, { x, y, clip }) {
  const [xs, low, high] = [mark.x, mark.low, mark.high];
  const along = (values, i) => `${x(xs[i]).toFixed(1)} ${y(values[i]).toFixed(1)}`;
  const there = Array.from(xs, (_, i) => along(low, i));
  const back = Array.from(xs, (_, i) => along(high, i)).reverse();
  return shape("path", { d: `M${[...there, ...back].join("L")}z`, fill: mark.colour, "clip-path": `url(#${clip})` });
}

function upright(mark, { x, top, bottom }) {
  const at = x(mark.x);
  if (mark.to === null) {
    return shape("path", { d: `M${at.toFixed(1)} ${top}V${bottom}`, stroke: mark.colour, opacity: mark.opacity });
  }
  const width = Math.max(1, x(mark.to) - at);
  return shape("rect", { x: at, y: top, width, height: bottom - top, fill: mark.colour, opacity: mark.opacity });
}

function level(mark, { y, left, right, top, bottom }) {
  const at = y(mark.y);
  if (!(at >= top - 1 && at <= bottom + 1)) return shape("g", {});
  return shape("path", {
    d: `M${left} ${at.toFixed(1)}H${right}`,
    stroke: mark.colour,
    "stroke-dasharray": dash(mark.dash),
  });
}

function note(mark, { x, y, left }) {
  const [right, up] = mark.shift;
  const at = { x: (mark.x === null ? left : x(mark.x)) + right, y: y(mark.y) - up, "text-anchor": mark.anchor };
  return shape("text", { ...at, style: `fill: ${mark.colour}; fill-opacity: 1` }, mark.text);
}
