// One place of the picture followed through maps of different sizes, as vitviz/analysis/map_place.py does.

/** The token of a map of `there` ([rows, columns]) that covers `token` of a finer or equal map of `grid`. */
export function tokenThere(token, prefix, grid, there) {
  if (token < prefix || same(grid, there)) return token;
  const row = Math.floor((token - prefix) / grid[1]);
  const column = (token - prefix) % grid[1];
  return prefix + Math.floor(row / cells(grid[0], there[0])) * there[1] + Math.floor(column / cells(grid[1], there[1]));
}

/** A token of the finer map of `grid` in the middle of `token` of the map of `there`. */
export function tokenBack(token, prefix, there, grid) {
  if (token < prefix || same(grid, there)) return token;
  const row = Math.floor((token - prefix) / there[1]);
  const column = (token - prefix) % there[1];
  const [down, across] = [cells(grid[0], there[0]), cells(grid[1], there[1])];
  const fineRow = Math.min(grid[0] - 1, row * down + Math.floor(down / 2));
  const fineColumn = Math.min(grid[1] - 1, column * across + Math.floor(across / 2));
  return prefix + fineRow * grid[1] + fineColumn;
}

const same = (one, other) => one[0] === other[0] && one[1] === other[1];
// An odd side is padded before it is halved, so a cell covers the rounded-up number of finer ones.
const cells = (fine, coarse) => Math.ceil(fine / coarse);
