// Types that several parts share.

/** The colour table of a quantity, 256 x RGB, for each theme; `colours()` of `vitviz/app/component.py`. */
export type Scale = { light: Uint8Array; dark: Uint8Array };

/** Sentences of a section of words.toml, by their names. */
export type Words = Record<string, string>;

/** A map's rows and columns. */
export type Grid = [rows: number, columns: number];

/** How a part sends a choice to its host. */
export type Send = (name: string, value: unknown) => void;

/** What `mount` of a part returns. */
export type View<Data> = { update(data: Data): void; destroy(): void };
