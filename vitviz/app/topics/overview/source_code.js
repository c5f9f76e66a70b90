// Source lines taken apart for colouring, and the calls that each of them made. Knows no page.

/** @typedef {{ index: number, file: string, line: number, shape: string }} Call */
/** @typedef {{ kind: "text" | "keyword" | "comment", text: string }} Piece */

const KEYWORDS = /\b(def|return|if|else|elif|for|in|not|is|and|or|None|True|False|class|self)\b/g;

/**
 * A line of Python as pieces that joined together are the line.
 * @param {string} line
 * @returns {Piece[]}
 */
export function pieces(line) {
  const hash = line.search(/ #|^#/);
  const code = hash < 0 ? line : line.slice(0, hash);
  /** @type {Piece[]} */
  const found = [];
  let at = 0;
  for (const match of code.matchAll(KEYWORDS)) {
    found.push({ kind: "text", text: code.slice(at, match.index) }, { kind: "keyword", text: match[0] });
    at = match.index + match[0].length;
  }
  found.push({ kind: "text", text: code.slice(at) });
  if (hash >= 0) found.push({ kind: "comment", text: line.slice(hash) });
  return found.filter(({ text }) => text !== "");
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
