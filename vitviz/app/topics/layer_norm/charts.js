// Charts of the layer norms' numbers, in the words of vitviz/views/charts.py: over the tokens, and through the depth.

const ACCENT = "#e0641a";
const INK = "#87827d";
const FAINT = "rgba(135,130,125,.28)";
const FAINTEST = "rgba(135,130,125,.16)";
const ROOM = 1.08; // above the highest norm

const axis = (title, more) => ({ title, count: 5, ...more });
const line = (x, y, more) => ({ kind: "line", x, y, colour: INK, width: 1.2, dash: "solid", ...more });
const dots = (x, y, more) => ({ kind: "dots", x, y, colour: INK, symbol: "circle", size: 8, opacity: 1, ...more });
const panel = (y, marks) => ({ y, marks, heading: "" });
const chart = (panels, height, x, more) => ({
  panels,
  height,
  x,
  uprights: [],
  headings: [],
  beside: false,
  key: false,
  ...more,
});

/** Mean, scale and norm of every token below one another; the norm with the threshold of what is called large.
 *
 * The chosen token is a full dot, prefix tokens are diamonds, those with a large norm open circles.
 */
export function overTokens(norm, token, title, says) {
  const first = norm.prefix.length;
  const shown = [
    [norm.prefix.map((_, i) => i), INK, "diamond"],
    [norm.large, ACCENT, "circle-open"],
    [[token], ACCENT, "circle"],
  ];
  const patches = Array.from({ length: norm.count - first }, (_, i) => first + i);
  const drawn = [
    ["\u03bc", norm.mean],
    ["\u221a(\u03c3\u00b2+\u03b5)", norm.scale],
    ["\u2016x\u2016", norm.norm],
  ].map(([name, values]) => {
    const hover = `{x:.0f}: ${name} {y:.5g}`;
    const marked = shown.map(([at, colour, symbol]) =>
      dots(
        at,
        at.map((i) => values[i]),
        { colour, symbol, hover },
      ),
    );
    // What is flat looks flat.
    return panel(axis(name, { count: 4, from_zero: true }), [
      line(patches, values.subarray(first), { hover }),
      ...marked,
    ]);
  });
  const last = drawn.at(-1);
  const top = norm.norm.reduce((most, value) => Math.max(most, value), norm.threshold);
  last.y = axis(last.y.title, { count: 4, span: [0, ROOM * top] });
  last.marks.unshift({ kind: "level", y: norm.threshold, colour: INK, dash: "dot" });
  return chart(drawn, 260, axis(title, { span: [-0.02 * norm.count, 1.02 * norm.count] }), { says });
}

/** One token's number at every layer norm in order, over all tokens' quartiles and range.
 *
 * The titles are those of both axes and the word for the median. `band` has low, lower, median, upper, high; `at` is the
 * layer norm that is looked at; `stages` are [place, word] where a stage begins.
 */
export function throughDepth(chosen, band, names, at, stages, [title, quantity, middle], says) {
  const x = names.map((_, i) => i);
  const [low, lower, median, upper, high] = ["low", "lower", "median", "upper", "high"].map((name) => band[name]);
  const hover = "{name}: {y:.5g}";
  const marks = [
    { kind: "area", x, low, high, colour: FAINTEST },
    { kind: "area", x, low: lower, high: upper, colour: FAINT },
    line(x, median, {
      hover: `{name}: ${middle} {y:.4g}, {low:.4g} \u2026 {high:.4g}`,
      fields: { name: names, low, high },
    }),
    line(x, chosen, { colour: ACCENT, width: 1.6, hover, fields: { name: names } }),
    dots([at], [chosen[at]], { colour: ACCENT, hover, fields: { name: [names[at]] } }),
  ];
  const uprights = stages.map(([place]) => ({ kind: "upright", x: place, colour: FAINT, to: null, opacity: 1 }));
  return chart([panel(axis(quantity, { from_zero: true }), marks)], 230, axis(title), {
    uprights,
    headings: stages,
    says,
  });
}
