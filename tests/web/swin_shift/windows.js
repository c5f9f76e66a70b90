// The maps of the fixture, with the typed arrays that a part gets.
import { readFileSync } from "node:fs";
import { Windows } from "../../../vitviz/web/swin_shift/geometry.js";

/** @import { ShiftData, WindowsData } from "../../../vitviz/web/swin_shift/types.js" */

const fixture = JSON.parse(readFileSync(new URL("windows.json", import.meta.url), "utf8"));

/** @param {Record<string, any>} shift the same with lists in the place of arrays */
function shiftData(shift) {
  return /** @type {ShiftData} */ ({
    ...shift,
    origins: Int16Array.from(shift.origins),
    tokens: Int16Array.from(shift.tokens),
    regions: Uint8Array.from(shift.regions),
    masks: Uint8Array.from(shift.masks),
  });
}

/** @type {WindowsData[]} */
export const maps = fixture.maps.map((/** @type {Record<string, any>} */ map) => {
  return { ...map, cells: Int16Array.from(map.cells), shifts: map.shifts.map(shiftData) };
});

/** 14 x 14 patches in windows of 7; 9 x 11 in windows of 4, padded; 5 x 5, which is one window. */
export const [even, padded, single] = maps.map((map) => new Windows(map));

export const merging = { ...fixture.merging, neighbours: Int16Array.from(fixture.merging.neighbours) };
