import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, refusalOf } from "../../../vitviz/app/widgets/sent_files.js";

const taken = { endings: ["png", "jpg"], largest: 100 };

test("a file is taken by the ending of its name, else by its media type", () => {
  assert.equal(nameOf({ name: "a.b.PNG", type: "", size: 1 }, taken.endings), "a.b.PNG");
  assert.equal(nameOf({ name: "clip", type: "image/jpeg", size: 1 }, taken.endings), "clip.jpg");
  assert.equal(nameOf({ name: "", type: "image/png", size: 1 }, taken.endings), "picture.png");
  assert.equal(nameOf({ name: "a.svg", type: "image/svg+xml", size: 1 }, taken.endings), "");
  assert.equal(nameOf({ name: "png", type: "text/plain", size: 1 }, taken.endings), "");
});

test("what is no picture, and what is too large, is refused with the reason", () => {
  assert.equal(refusalOf({ name: "a.png", type: "", size: 100 }, taken), null);
  const large = { name: "a.png", why: "file_too_large", size: 101 };
  assert.deepEqual(refusalOf({ name: "a.png", type: "", size: 101 }, taken), large);
  const other = { name: "a.txt", why: "not_a_picture", size: 5 };
  assert.deepEqual(refusalOf({ name: "a.txt", type: "text/plain", size: 5 }, taken), other);
});
