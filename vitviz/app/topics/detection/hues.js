// A colour for each query, over a picture and in lists.

const HUES = [
  ...["#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#00a5a5"],
  ...["#d42bd4", "#7a9a01", "#b06a3b", "#c9a400", "#5b6cff", "#e05a8a"],
];

/** @param {number} query */
export const hueOf = (query) => HUES[query % HUES.length];
