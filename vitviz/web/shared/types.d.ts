// Types that several parts share.

/** The colour table of a quantity, 256 x RGB, for each theme; `colours()` of `vitviz/app/component.py`. */
export type Scale = { light: Uint8Array; dark: Uint8Array };

/** Sentences of a section of words.toml, by their names. */
export type Words = Record<string, string>;

/** A map's rows and columns. */
export type Grid = [rows: number, columns: number];

/** How a part sends a choice to its host. */
export type Send = (name: string, value: unknown) => void;

/** Values row by row, all of one type; without a shape they are one row. */
export type SavedArray = { values: ArrayLike<number> | ArrayLike<string>; shape?: readonly number[] };

/** A column of a table. */
export type Column = ArrayLike<number | string | null>;

/** One figure as it can be saved: its name (else the heading above the part), what shows it, and its numbers as a table (CSV) or as arrays (npz). */
export type SavedFigure = {
  name?: string;
  element?: Element;
  table?: Record<string, Column>;
  arrays?: Record<string, SavedArray>;
};

/** What `mount` of a part returns; one that has figures to save lists those that are visible now. */
export type View<Data> = { update(data: Data): void; destroy(): void; figures?(): SavedFigure[] };
