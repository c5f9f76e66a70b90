// Source lines taken apart for colouring, and the calls that each of them made. Knows no page.

/** @typedef {{ index: number, file: string, line: number, shape: string }} Call */
/** @typedef {"text" | "keyword" | "comment" | "string"} Kind */
/** @typedef {{ kind: Kind, text: string }} Piece */

const KEYWORD = "\\b(?:def|return|if|else|elif|for|in|not|is|and|or|None|True|False|class|self|raise)\\b";
// What is not plain text, whatever begins first: a text in quotes over lines, one within a line, a comment, a keyword.
const TOKENS = new RegExp(
  [
    /(?<string>[rbf]*(?<triple>"""|''')[\s\S]*?(?:\k<triple>|$)|[rbf]*(?<quote>["'])(?:\\.|(?!\k<quote>)[^\\\n])*\k<quote>)/,
    /(?<comment>#.*)/,
    `(?<keyword>${KEYWORD})`,
  ]
    .map((part) => (typeof part === "string" ? part : part.source))
    .join("|"),
  "g",
);

/**
 * Lines of Python as pieces: those of a line joined together are the line. A docstring is one text over its lines.
 * @param {readonly string[]} lines
 * @returns {Piece[][]}
 */
export function pieces(lines) {
  const code = lines.join("\n");
  /** @type {Piece[]} */
  const found = [];
  let at = 0;
  for (const match of code.matchAll(TOKENS)) {
    found.push({ kind: "text", text: code.slice(at, match.index) }, { kind: kindOf(match), text: match[0] });
    at = match.index + match[0].length;
  }
  found.push({ kind: "text", text: code.slice(at) });
  return splitAtLineEnds(found);
}

/**
 * @param {RegExpMatchArray} match
 * @returns {Kind}
 */
function kindOf({ groups }) {
  if (groups?.string !== undefined) return "string";
  return groups?.comment !== undefined ? "comment" : "keyword";
}

/**
 * @param {readonly Piece[]} all
 * @returns {Piece[][]}
 */
function splitAtLineEnds(all) {
  /** @type {Piece[][]} */
  const lines = [[]];
  for (const { kind, text } of all) {
    for (const [i, part] of text.split("\n").entries()) {
      if (i) lines.push([]);
      if (part) lines[lines.length - 1].push({ kind, text: part });
    }
  }
  return lines;
}

/**
 * Lines without the indentation that all of them have.
 * @param {readonly string[]} lines
 */
export function dedent(lines) {
  const common = Math.min(...lines.filter((line) => line.trim()).map(indentation));
  return lines.map((line) => line.slice(Number.isFinite(common) ? common : 0));
}

/**
 * How many spaces a line begins with.
 * @param {string} line
 */
export function indentation(line) {
  return line.length - line.trimStart().length;
}

/**
 * The calls by their place, `file:line`, in the order in which they ran.
 * @param {readonly Call[]} calls
 * @returns {Map<string, Call[]>}
 */
export function callsByLine(calls) {
  /** @type {Map<string, Call[]>} */
  const found = new Map();
  for (const call of calls) {
    const key = `${call.file}:${call.line}`;
    const there = found.get(key);
    if (there) there.push(call);
    else found.set(key, [call]);
  }
  return found;
}

/**
 * Which call of a line a click chooses: its last; and where one of them is chosen already, the next.
 * @param {readonly Call[]} calls of one line
 * @param {number} chosen index of the chosen call
 */
export function nextCall(calls, chosen) {
  const at = calls.findIndex(({ index }) => index === chosen);
  return (at < 0 ? calls[calls.length - 1] : calls[(at + 1) % calls.length]).index;
}

/**
 * Which results of a line are shown: "3 x" while none is chosen, else which of them: "2 of 3".
 * @param {readonly Call[]} calls of one line
 * @param {number} chosen index of the chosen call
 */
export function countText(calls, chosen) {
  if (calls.length < 2) return "";
  const at = calls.findIndex(({ index }) => index === chosen);
  return at < 0 ? `${calls.length}\u00d7` : `${at + 1}/${calls.length}`;
}
