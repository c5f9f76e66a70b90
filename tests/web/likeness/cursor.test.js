// The cursor: a place of the picture in every block, in another picture and in another model.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cursor } from "../../../vitviz/app/topics/likeness/cursor.js";

/** @import { LayerInfo } from "../../../vitviz/web/explorer/types.d.ts" */
/** @import { LikenessData, Place } from "../../../vitviz/app/topics/likeness/types.d.ts" */

/**
 * @param {number} rows
 * @param {number} heads
 * @param {string[]} prefix
 * @returns {LayerInfo}
 */
const layer = (rows, heads, prefix = []) => ({ name: "", rows, columns: rows, heads, prefix, window: null, shift: 0 });
const VIT = Array.from({ length: 12 }, () => layer(14, 3, ["cls"]));
const SWIN = [layer(56, 2), layer(56, 2), layer(28, 4), layer(14, 8)];
/** @type {Place} */
const PLACE = { block: 0, token: 0, at: 0, side: 0, pinned: false, kind: "keys", head: -1 };

/**
 * @param {LayerInfo[][]} sides
 * @param {boolean} related
 * @param {Partial<Place>} place
 * @param {string} asks
 */
const data = (sides, related, place = {}, asks = "1") =>
  /** @type {LikenessData} */ (
    /** @type {unknown} */ ({
      sides: sides.map((layers) => ({ layers })),
      related,
      place: { ...PLACE, ...place },
      asks,
    })
  );

/** @param {Parameters<typeof data>} args */
function cursorOf(...args) {
  const cursor = new Cursor();
  cursor.restart(data(...args));
  return cursor;
}

test("what a person chose stays when the host shows an earlier place, and gives way where the host asks", () => {
  const cursor = cursorOf([VIT], true, { token: 5 });
  cursor.choose({ side: 0, token: 20 });
  cursor.restart(data([VIT], true, { token: 5 }));
  assert.equal(cursor.place.token, 20);
  cursor.restart(data([VIT], true, { token: 5 }, "2"));
  assert.equal(cursor.place.token, 5);
});

test("two choices within one frame: the second is made from what was chosen", () => {
  const cursor = cursorOf([VIT], true, { token: 17 });
  cursor.change({ block: cursor.place.block + 1 });
  cursor.change({ block: cursor.place.block + 1 });
  cursor.move([0, 1]);
  cursor.move([0, 1]);
  assert.deepEqual([cursor.place.block, cursor.place.token], [2, 19]);
});

test("a token is carried from block to block of a Swin and back without moving", () => {
  const cursor = cursorOf([SWIN], true, { token: 56 * 7 + 9 });
  assert.deepEqual(cursor.source(0, 3), { side: 0, token: 14 + 2 });
  cursor.change({ block: 3 });
  assert.deepEqual(cursor.query, { side: 0, token: 14 + 2 });
  cursor.change({ block: 0 });
  assert.deepEqual(cursor.query, { side: 0, token: 56 * 7 + 9 });
});

test("the pointer moves the query while nothing is pinned, and is the second token once something is", () => {
  const cursor = cursorOf([VIT, VIT], true, { token: 5 });
  assert.ok(cursor.point({ side: 1, token: 30 }));
  assert.ok(!cursor.point({ side: 1, token: 30 }));
  assert.deepEqual(cursor.query, { side: 1, token: 30 });
  assert.deepEqual(cursor.source(0, 4), { side: 1, token: 30 }); // both pictures are compared with that patch
  assert.equal(cursor.other, null);
  cursor.choose({ side: 1, token: 30 });
  cursor.point({ side: 0, token: 8 });
  assert.deepEqual(cursor.query, { side: 1, token: 30 });
  assert.deepEqual(cursor.other, { side: 0, token: 8 });
  cursor.choose({ side: 1, token: 30 });
  assert.ok(!cursor.place.pinned);
  cursor.point(null);
  assert.deepEqual(cursor.query, { side: 1, token: 30 });
});

test("in another model the cursor is at the same place of the picture, in the block that is as deep", () => {
  const cursor = cursorOf([VIT, SWIN], false, { block: 11, token: 1 + 14 * 3 + 5, side: 1 });
  assert.equal(cursor.place.side, 0);
  assert.equal(cursor.blockOf(1), 3);
  assert.deepEqual(cursor.source(1, 3), { side: 1, token: 14 * 3 + 5 });
  assert.deepEqual(cursor.source(1, 0), { side: 1, token: 56 * 14 + 22 });
  cursor.change({ token: 0 });
  assert.deepEqual(cursor.source(1, 3), { side: 1, token: -1 }); // no class token there
  cursor.choose({ side: 1, token: 14 * 13 + 13 });
  assert.deepEqual([cursor.place.side, cursor.place.token], [0, 1 + 14 * 13 + 13]);
});

test("a place that does not fit is put right", () => {
  const cursor = cursorOf([SWIN], true, { block: 99, token: 1e6, at: 2, side: 1, head: 99 });
  assert.deepEqual(cursor.place, { ...PLACE, block: 3, token: 783, at: 2, side: 0, head: 7 });
  cursor.moveHead(1);
  assert.equal(cursor.place.head, -1);
  cursor.moveHead(-1);
  assert.equal(cursor.place.head, 7);
  cursor.change({ kind: "stream" });
  assert.equal(cursor.head, -1);
});
