// What is said of files, and the order in which they go.

const MIB = 2 ** 20;

/**
 * A size for people: "12.3 MiB", "840 KiB".
 * @param {number} bytes
 */
export function bytesText(bytes) {
  if (bytes >= 1024 * MIB) return `${(bytes / (1024 * MIB)).toFixed(1)} GiB`;
  return bytes >= MIB ? `${(bytes / MIB).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}

/**
 * Small files first: the configuration is there when the weights arrive.
 * @template {{ size: number, name: string }} Sized
 * @param {Sized[]} files
 */
export function sorted(files) {
  return [...files].sort((one, other) => one.size - other.size || (one.name < other.name ? -1 : 1));
}

/**
 * The code of the server's answer; "failed" where something between here and there answered.
 * @param {string} answer
 */
export function outcome(answer) {
  try {
    const code = JSON.parse(answer).code;
    return typeof code === "string" ? code : "failed";
  } catch {
    return "failed";
  }
}
