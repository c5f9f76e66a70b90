// A head's numbers as .npz, from the payload that the explorer draws with: there is no server to ask.
import { LayerMaths } from "../explorer/maths.js";
import { npz } from "../shared/number_files.js";
import { readPayload, shapeOf } from "../shared/payload.js";

/**
 * q and k of the block with the shapes of the payload, and the weights of one head: of a ViT (N, N). A Swin's weights follow
 * from `lse`, `tokens` and `regions`, which are there too.
 * @param {ArrayBuffer} payload
 * @param {number} head
 */
export function headFile(payload, head) {
  const read = readPayload(payload);
  const maths = new LayerMaths(/** @type {any} */ (read));
  const { name } = read.header;
  /** @type {Record<string, import("../shared/types.d.ts").SavedArray>} */
  const arrays = {};
  for (const [key, values] of Object.entries(read.arrays))
    arrays[`${name}.${key}`] = { values, shape: shapeOf(values) };
  if (!maths.windowed) {
    const { everyone } = maths;
    const weights = new Float32Array(everyone.length ** 2); // (N, N)
    maths.addMatrix(head, everyone, everyone, 0, everyone.length, weights);
    arrays[`${name}.head${head}.pattern`] = { values: weights, shape: [everyone.length, everyone.length] };
  }
  return npz(arrays);
}
