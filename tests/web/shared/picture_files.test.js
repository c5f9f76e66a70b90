import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "../../../vitviz/web/shared/crc32.js";
import { aboutLines, pngWith, svgMetadata } from "../../../vitviz/web/shared/picture_files.js";

// One pixel.
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** @param {Buffer} png */
function chunks(png) {
  const found = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(body));
    found.push([body.toString("latin1", 0, 4), body.subarray(4)]);
    at += length + 12;
  }
  return /** @type {[string, Buffer][]} */ (found);
}

test("texts stand behind the head of a PNG, those that are not Latin-1 in UTF-8", () => {
  const made = chunks(Buffer.from(pngWith(PNG, { model: "ViT \u00b7 é", picture: "猫.jpg" })));
  assert.deepEqual(
    made.map(([name]) => name),
    ["IHDR", "tEXt", "iTXt", "IDAT", "IEND"],
  );
  assert.equal(made[1][1].toString("latin1"), "model\0ViT \u00b7 é");
  assert.equal(made[2][1].toString("utf8"), "picture\0\0\0\0\0猫.jpg");
});

test("lines and markup in a text stay text", () => {
  assert.deepEqual(aboutLines({ picture: "a\nb", model: "x" }), ["picture: a b", "model: x"]);
  assert.equal(svgMetadata({ picture: '<b>&"' }), "<metadata>picture: &lt;b&gt;&amp;&quot;</metadata>");
});
