// Names that modules import until they import the modules below themselves.
export { colourBar, colourTable as lookup, isDark, paint } from "./colours.js";
export { make } from "./dom.js";
export { mergeHeldKeys as unhurried } from "./events.js";
export { number } from "./format.js";
