import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesText, outcome, sorted } from "../../../vitviz/web/upload/files.js";

test("sizes are said in the unit that fits", () => {
  const said = [0, 1, 1024, 1025, 2 ** 20 - 1, 2 ** 20, 346_293_852, 5 * 2 ** 30].map(bytesText);
  assert.deepEqual(said, ["0 KiB", "1 KiB", "1 KiB", "2 KiB", "1024 KiB", "1.0 MiB", "330.3 MiB", "5.0 GiB"]);
});

test("small files go first, equal ones by name, and the list that came in stays", () => {
  const files = [
    { name: "model.safetensors", size: 9 },
    { name: "b.json", size: 2 },
    { name: "a.json", size: 2 },
  ];
  assert.deepEqual(
    sorted(files).map(({ name }) => name),
    ["a.json", "b.json", "model.safetensors"],
  );
  assert.equal(files[0].size, 9);
});

test("what is no answer of the server counts as failed", () => {
  assert.equal(outcome('{"code": "size"}'), "size");
  for (const odd of ["", "<html>", "{}", '{"code": 3}', "null"]) assert.equal(outcome(odd), "failed");
});
