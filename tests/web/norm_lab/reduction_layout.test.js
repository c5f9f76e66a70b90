import assert from "node:assert/strict";
import { test } from "node:test";
import { GUTTER, opacityOf, ReductionLayout, sourcesOf } from "../../../vitviz/app/topics/norm_lab/reduction_layout.js";

/** @import { Step } from "../../../vitviz/app/topics/norm_lab/reduction_words.js" */

const SPREAD = { numbers: 32, lanes: 4, blocks: 2, threads: 16, each: 2 };
const layout = new ReductionLayout(SPREAD, "sum", 5, 1704);

/** @type {Step} of three threads */
const STEP = {
  kind: "shuffle",
  offset: 1,
  parts: new Float32Array(12),
  operand: [1, 1, -1],
  live: [true, false, true],
  held: [],
};

test("the threads fill the page, and where it is narrow keep room for their numbers", () => {
  assert.equal(layout.column, 100);
  assert.equal(layout.size.width, 1704);
  assert.equal(layout.x(0), GUTTER + 50);
  const narrow = new ReductionLayout(SPREAD, "sum", 5, 390);
  assert.equal(narrow.column, 46);
  assert.ok(narrow.size.width > 390);
});

test("a thread's numbers stand in its column, below each other", () => {
  const [first, second, next] = [0, 1, 2].map((i) => layout.inputAt(i));
  assert.equal(first.x, second.x);
  assert.ok(second.y > first.y);
  assert.deepEqual(next, { x: layout.x(1), y: first.y });
});

test("the steps follow each other below the numbers, arrows between them, none beyond the drawing", () => {
  assert.ok(layout.yOf(0).from > layout.inputAt(1).y);
  for (let step = 0; step < 5; step++) {
    const { from, to, cell } = layout.yOf(step);
    assert.ok(from < to && to < cell);
    assert.ok(cell + layout.cell.height < (step < 4 ? layout.yOf(step + 1).from : layout.size.height));
  }
  assert.ok(new ReductionLayout(SPREAD, "moments", 5, 1704).size.height > layout.size.height);
});

test("warps are counted in their block", () => {
  const warps = layout.warps();
  assert.deepEqual(
    warps.map(({ block, warp, edge }) => [block, warp, edge]),
    [
      [0, 0, true],
      [0, 1, false],
      [1, 0, true],
      [1, 1, false],
    ],
  );
  assert.equal(warps[1].x, GUTTER + 400);
  assert.equal(warps[1].middle, GUTTER + 600);
});

test("a number has as many digits as there is room for", () => {
  assert.equal(layout.fitting(-1.2345), "\u22121.234");
  assert.equal(new ReductionLayout(SPREAD, "sum", 5, 390).fitting(-1.2345), "\u22121.234");
  assert.equal(new ReductionLayout({ ...SPREAD, threads: 16 }, "sum", 5, 390).fitting(-0.00012345), "\u22120.0001");
});

test("a thread's number comes from itself and from another, if there is another", () => {
  assert.deepEqual(sourcesOf(STEP, 0), [0, 1]);
  assert.deepEqual(sourcesOf(STEP, 1), [1]);
  assert.deepEqual(sourcesOf(STEP, 2), [2]);
  assert.deepEqual(sourcesOf({ ...STEP, kind: "read" }, 0), [0]);
  assert.ok(opacityOf(STEP, 1) < opacityOf(STEP, 0));
});
