// Which of the files that a person pastes or drops are taken for pictures. Knows no page.

/** @typedef {{ endings: string[], largest: number }} Taken endings of names, as "png", and the most bytes of a file */
/** @typedef {{ name: string, type: string, size: number }} FileFacts */
/** @typedef {{ name: string, why: "not_a_picture" | "file_too_large", size: number }} Refusal */

/** @type {Record<string, string>} what a file without a known ending is, by its media type */
const ENDINGS = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/bmp": "bmp",
  "image/tiff": "tif",
};

/**
 * The name under which a file is sent: with an ending that says what it is. Empty where it is no picture.
 * @param {FileFacts} file
 * @param {string[]} endings
 */
export function nameOf({ name, type }, endings) {
  const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "";
  if (endings.includes(ending)) return name;
  const known = ENDINGS[type];
  return known ? `${name || "picture"}.${known}` : "";
}

/**
 * @param {FileFacts} file
 * @param {Taken} taken
 * @returns {Refusal | null}
 */
export function refusalOf(file, { endings, largest }) {
  const { name, size } = file;
  if (!nameOf(file, endings)) return { name, why: "not_a_picture", size };
  return size > largest ? { name, why: "file_too_large", size } : null;
}
