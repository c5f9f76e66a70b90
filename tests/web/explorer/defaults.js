import { readFileSync } from "node:fs";

/** @type {import("../../../vitviz/web/explorer/types.d.ts").State} what vitviz/web/explorer/defaults.py has */
export const DEFAULTS = JSON.parse(readFileSync(new URL("defaults.json", import.meta.url), "utf-8"));
