import assert from "node:assert/strict";
import { test } from "node:test";
import { translator } from "../../../vitviz/app/widgets/streamlit_texts.js";

const translated = translator([
  ["Upload", "上传"],
  ["{size} per file", "不超过 {size}"],
  ["Remove {name}", "移除 {name}"],
  ["Running...", "正在运行"],
]);

test("a whole text of Streamlit's is translated, with what is filled in", () => {
  assert.equal(translated(" Upload "), "上传");
  assert.equal(translated("50MB per file"), "不超过 50MB");
  assert.equal(translated("Remove a $1 (copy).png"), "移除 a $1 (copy).png");
});

test("nothing else is", () => {
  for (const text of ["", "Uploads", "my Upload", "Running now", " per file", "上传"]) {
    assert.equal(translated(text), undefined, text);
  }
});
