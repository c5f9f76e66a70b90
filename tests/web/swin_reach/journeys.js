// The runs of the fixtures: padded maps, windows as large as the map, three stages.
import { readFileSync } from "node:fs";
import { Journey } from "../../../vitviz/app/topics/swin_reach/maps.js";

/** @import { JourneyData, TilingData } from "../../../vitviz/app/topics/swin_reach/types.js" */

/** @param {string} name */
export function read(name) {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
}

/**
 * @param {TilingData | null} tiling with lists in the place of arrays
 * @returns {TilingData | null}
 */
function tilingData(tiling) {
  return tiling && { ...tiling, tokens: Int32Array.from(tiling.tokens), regions: Int32Array.from(tiling.regions) };
}

/**
 * @param {JourneyData} data
 * @returns {JourneyData}
 */
function journeyData({ maps, steps }) {
  return {
    maps: maps.map((map) => ({
      ...map,
      regular: /** @type {TilingData} */ (tilingData(map.regular)),
      shifted: tilingData(map.shifted),
    })),
    steps: steps.map((step) => (step.parents ? { ...step, parents: Int32Array.from(step.parents) } : step)),
  };
}

export const fixtures = [0, 1, 2, 3].map((number) => {
  const fixture = read(`journey${number}.json`);
  const data = journeyData(fixture.journey);
  return { ...fixture, data, journey: new Journey(data) };
});
