// Windows and receptive fields against Python's, which are held to the real network.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fields } from "../../../vitviz/app/topics/swin_reach/fields.js";
import { total } from "../../../vitviz/app/topics/swin_reach/maps.js";
import { fixtures } from "./journeys.js";

/** @import { Journey, Tiling } from "../../../vitviz/app/topics/swin_reach/maps.js" */

/** @param {Uint8Array} field */
const inside = (field) => Array.from(field.keys()).filter((token) => field[token]);

for (const [number, fixture] of fixtures.entries()) {
  /** @type {Journey} */
  const journey = fixture.journey;
  const { rows, columns } = journey.maps[0];

  test(`run ${number}, ${rows} x ${columns} patches: the keys of every query`, () => {
    for (const [m, map] of journey.maps.entries()) {
      for (const [kind, tiling] of [map.regular, map.shifted].entries()) {
        const expected = fixture.keys[m][kind];
        if (!tiling) {
          assert.equal(expected, null);
          continue;
        }
        assert.equal(expected.length, map.tokens);
        for (const [query, [legal, cut, padding]] of expected.entries()) {
          /** @type {{ token: number, cut: boolean }[]} */
          const keys = tiling.keys(query).filter(({ token }) => token >= 0);
          /** @param {boolean} isCut */
          const tokens = (isCut) =>
            keys
              .filter((key) => key.cut === isCut)
              .map(({ token }) => token)
              .sort((a, b) => a - b);
          assert.deepEqual([tokens(false), tokens(true)], [legal, cut]);
          const [legalPadding, cutPadding] = padding;
          const counts = { legal: legal.length, cut: cut.length, legalPadding, cutPadding };
          assert.deepEqual(tiling.counts(query), counts);
        }
      }
    }
  });

  test(`run ${number}: what a token depends on, and how that grows`, () => {
    for (const [way, shifted] of [true, false].entries()) {
      for (const [at, token] of fixture.tokens.entries()) {
        const grown = journey.grownBack(at, token, shifted);
        assert.deepEqual(inside(grown[at + 1]), fixture.fields[way][at]);
        for (const [back, field] of grown.entries()) assert.equal(field.length, journey.mapBack(at, back).tokens);
      }
      for (const [i, patch] of fixture.patches.entries()) {
        assert.deepEqual(journey.growth(patch, shifted), fixture.growth[way][i]);
      }
    }
  });

  test(`run ${number}: a patch is in the token that the mergings put it into`, () => {
    for (const [at, ancestors] of fixture.ancestors.entries()) {
      const map = journey.mapOf(at);
      for (const [patch, token] of ancestors.entries()) {
        assert.equal(map.tokenOf(patch), token);
        assert.equal(map.patchOf(token, patch), patch);
      }
      for (let token = 0; token < map.tokens; token++) assert.equal(map.tokenOf(map.patchOf(token)), token);
    }
  });

  test(`run ${number}: a query sees its neighbours unless a border or the mask is between`, () => {
    for (const map of journey.maps) {
      for (const tiling of /** @type {(Tiling | null)[]} */ ([map.regular, map.shifted])) {
        if (!tiling) continue;
        for (let query = 0; query < map.tokens; query++) {
          /** @type {ReturnType<Tiling["neighbours"]>} */
          const around = tiling.neighbours(query);
          /** @type {{ token: number, cut: boolean }[]} */
          const legal = tiling
            .keys(query)
            .filter(({ token, cut }) => !cut && token >= 0 && isBeside(tiling, query, token));
          assert.equal(around.seen, legal.length);
          assert.ok(around.all >= around.seen && around.all <= 4);
        }
      }
    }
  });
}

/**
 * @param {Tiling} tiling
 * @param {number} query
 * @param {number} token
 */
function isBeside({ columns }, query, token) {
  const down = Math.abs(Math.floor(query / columns) - Math.floor(token / columns));
  return down + Math.abs((query % columns) - (token % columns)) === 1;
}

test("a token moves inside its map", () => {
  const map = fixtures[0].journey.maps[1];
  assert.equal(map.moved(0, [-1, 0]), 0);
  assert.equal(map.moved(0, [1, 1]), map.columns + 1);
  assert.equal(map.moved(map.tokens - 1, [0, 1]), map.tokens - 1);
  assert.equal(map.place(map.columns + 2), "(1, 2)");
});

test("the followed field: blocks, steps back, and the pointer over another map", () => {
  const fields = new Fields({ journey: fixtures[0].data, patch: 0, block: 99 });
  const { journey } = fields;
  assert.equal(fields.block, journey.blocks.length - 1);
  assert.ok(fields.isAtPicture);
  fields.chooseStep(2); // the merging lies between blocks 1 and 2, the nearer first one is taken
  assert.equal(fields.block, 1);
  fields.chooseBlock(2);
  fields.goBack(-3);
  assert.equal(fields.back, 0);
  assert.equal(fields.map, journey.mapOf(fields.at));
  assert.equal(fields.hover(fields.token), false);
  assert.equal(fields.hover(fields.map.tokens - 1), true);
  assert.equal(fields.token, fields.map.tokens - 1);
  const { fieldsOf, sizesOf } = fields.grown();
  assert.equal(total(fieldsOf[0][0]), 1);
  assert.equal(sizesOf[0][fields.at], total(fieldsOf[0][fields.at + 1]));
  fields.goBack(99);
  assert.ok(fields.isAtPicture);
  const words = { output: "{name} {place}", patches: "patches", before: "{name}", beforeMerge: "merge" };
  assert.equal(fields.where(0, words), "1.0 W-MSA (7, 7)");
  assert.deepEqual(
    [1, 2, 3, 4].map((back) => fields.where(back, words)),
    ["1.0 W-MSA", "merge", "0.1 SW-MSA", "patches"],
  );
});
