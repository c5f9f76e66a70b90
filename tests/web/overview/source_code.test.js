// Source lines in pieces, and the calls of a line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { callsByLine, nextCall, pieces } from "../../../vitviz/app/topics/overview/source_code.js";

const CODE = [
  "    def forward(self, x: Tensor) -> Tensor:",
  "        x = x.transpose(1, 2)  # (B, N, D) for every patch",
  "# only a comment",
  "        return x if bias is None else x + bias",
  '        x = probe("#1", x)',
  "",
];

test("the pieces of a line joined together are the line", () => {
  for (const line of CODE)
    assert.equal(
      pieces(line)
        .map(({ text }) => text)
        .join(""),
      line,
    );
});

test("keywords are found in code and not in comments or inside names", () => {
  const keywords = (/** @type {string} */ line) =>
    pieces(line).flatMap(({ kind, text }) => (kind === "keyword" ? [text] : []));
  assert.deepEqual(keywords(CODE[0]), ["def", "self"]);
  assert.deepEqual(keywords(CODE[1]), []);
  assert.deepEqual(keywords(CODE[3]), ["return", "if", "is", "None", "else"]);
  assert.deepEqual(keywords("        information = format(x)"), []);
});

test("a comment begins after a space or with the line", () => {
  assert.deepEqual(pieces(CODE[1]).at(-1), { kind: "comment", text: " # (B, N, D) for every patch" });
  assert.deepEqual(pieces(CODE[2]), [{ kind: "comment", text: CODE[2] }]);
  assert.ok(pieces(CODE[4]).every(({ kind }) => kind !== "comment"));
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
});
