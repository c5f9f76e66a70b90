// Files that a person downloads: what is on screen as SVG or PNG, and a block's tensors as .npz.
import { contextOf, make } from "../shared/dom.js";
import { svgText } from "./composition.js";

/** @import { Composition } from "./composition.js" */
/** @import { Fetcher, Scene } from "./types.d.ts" */

const REVOKED_AFTER = 10_000; // milliseconds: some browsers read the file only after the click
const FINE = 400; // pixels that a map is enlarged to at least, so that its cells stay sharp in a file

/**
 * A canvas as an image for a file, enlarged by whole pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} [atLeast] pixels across
 */
export function enlarged(canvas, atLeast = FINE) {
  const factor = Math.max(1, Math.ceil(atLeast / canvas.width));
  const copy = make("canvas");
  Object.assign(copy, { width: canvas.width * factor, height: canvas.height * factor });
  const context = contextOf(copy);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, copy.width, copy.height);
  return copy.toDataURL();
}

/**
 * Give the person a file. An object URL is revoked once the download has begun.
 * @param {string} name
 * @param {string} href
 */
function save(name, href) {
  const link = make("a");
  Object.assign(link, { href, download: name });
  link.click();
  if (href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(href), REVOKED_AFTER);
}

/**
 * SVG text as a PNG, twice as fine.
 * @param {string} text
 */
async function png(text) {
  const source = new Image();
  source.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await source.decode();
  const canvas = make("canvas");
  Object.assign(canvas, { width: 2 * source.width, height: 2 * source.height });
  contextOf(canvas).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

/**
 * What is on screen as a file.
 * @param {"png" | "svg"} kind
 * @param {Scene} scene
 * @param {Composition} composition
 */
export async function savePicture(kind, { data, state }, composition) {
  const text = svgText(composition);
  const name = `vitviz-${data.model}-${data.layers[state.layer].name}-${state.head}.${kind}`;
  if (kind === "svg") save(name, URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })));
  else save(name, await png(text));
}

/**
 * The block's tensors: a link where a server answers, else what the host's fetcher answers.
 * @param {Scene} scene
 * @param {Fetcher | undefined} fetcher
 */
export async function saveArrays({ data, engines, state }, fetcher) {
  const path = `${engines[0].source.url}/${state.layer}/${state.head}.npz`;
  if (!fetcher) {
    save("", path);
    return;
  }
  const response = await fetcher(path);
  if (!response.ok) return;
  const name = `vitviz-${data.model}-layer${state.layer}-head${state.head}.npz`;
  save(name, URL.createObjectURL(await response.blob()));
}
