// Source lines in pieces, and the calls of a line.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  callsByLine,
  countText,
  dedent,
  indentation,
  nextCall,
  pieces,
} from "../../../vitviz/app/topics/overview/source_code.js";

const CODE = [
  "    def forward(self, x: Tensor) -> Tensor:",
  '        """Return x if it is not None,',
  "",
  "        and for all # the rest.",
  '        """',
  "        x = x.transpose(1, 2)  # (B, N, D) for every patch",
  "# only a comment",
  "        return x if bias is None else x + bias",
  '        x = probe("#1 in", x)',
  "        information = format(x, 'it\\'s for')",
  "",
];
const ALL = pieces(CODE);

/**
 * @param {number} line
 * @param {string} wanted
 */
const ofKind = (line, wanted) => ALL[line].flatMap(({ kind, text }) => (kind === wanted ? [text] : []));

test("the pieces of a line joined together are the line", () => {
  assert.deepEqual(
    ALL.map((line) => line.map(({ text }) => text).join("")),
    CODE,
  );
});

test("keywords are found in code and not in comments, in texts or inside names", () => {
  assert.deepEqual(ofKind(0, "keyword"), ["def", "self"]);
  assert.deepEqual(ofKind(7, "keyword"), ["return", "if", "is", "None", "else"]);
  for (const line of [5, 6, 8, 9]) assert.deepEqual(ofKind(line, "keyword"), []);
});

test("a docstring is text on all of its lines", () => {
  for (const line of [1, 3, 4])
    assert.deepEqual(
      ALL[line].filter(({ text }) => text.trim()).map(({ kind }) => kind),
      ["string"],
    );
});

test("a comment is no part of a text, and a text none of a comment", () => {
  assert.deepEqual(ALL[5].at(-1), { kind: "comment", text: "# (B, N, D) for every patch" });
  assert.deepEqual(ALL[6], [{ kind: "comment", text: CODE[6] }]);
  assert.deepEqual(ofKind(8, "string"), ['"#1 in"']);
  assert.deepEqual(ofKind(9, "string"), ["'it\\'s for'"]);
});

test("lines lose what all of them are indented by, and no more", () => {
  assert.deepEqual(dedent(["    a", "", "      b", "    c"]), ["a", "", "  b", "c"]);
  assert.deepEqual(dedent([""]), [""]);
  assert.equal(indentation("   x y"), 3);
});

test("a line that ran several times goes to its next result when it is chosen again", () => {
  const calls = [3, 5, 8].map((index) => ({ index, file: "vit.py", line: index === 5 ? 11 : 10, shape: "(1,)" }));
  const there = callsByLine(calls).get("vit.py:10") ?? [];
  assert.deepEqual(
    there.map(({ index }) => index),
    [3, 8],
  );
  assert.equal(nextCall(there, 99), 8);
  assert.equal(nextCall(there, 8), 3);
  assert.equal(nextCall(there, 3), 8);
  assert.deepEqual(
    [99, 3, 8].map((chosen) => countText(there, chosen)),
    ["2\u00d7", "1/2", "2/2"],
  );
  assert.equal(countText(calls.slice(1, 2), 5), "");
});
