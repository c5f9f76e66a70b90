import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf, plain } from "../../../vitviz/web/shared/table_columns.js";

test("numbers are written as other programs read them, words stay", () => {
  const written = ["\u22120.25", "1,234,567", "1.2e\u221207", " 3 ", "12.5 %", "7 x 7", "a, b", "-", ""];
  const read = ["-0.25", "1234567", "1.2e-07", "3", "12.5 %", "7 x 7", "a, b", "-", ""];
  assert.deepEqual(written.map(plain), read);
});

test("a cell's own number comes before what is written of it", () => {
  const rows = [
    [{ text: "Ferret" }, { text: "0.12", value: "0.1234567" }],
    [{ text: "Fox" }, { text: "\u22121" }],
  ];
  assert.deepEqual(columnsOf(["", "p"], rows), { "column 0": ["Ferret", "Fox"], p: ["0.1234567", "-1"] });
});

test("columns keep their numbers where heads are missing or said twice, and where rows are short", () => {
  const rows = [[{ text: "1" }, { text: "2" }, { text: "3" }], [{ text: "4" }]];
  assert.deepEqual(columnsOf(["a", "a"], rows), { a: ["1", "4"], "a 1": ["2", ""], "column 2": ["3", ""] });
  assert.deepEqual(columnsOf([], []), {});
});
