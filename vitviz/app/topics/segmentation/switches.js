// Which settings the switches of the skips have. Knows no page.

/**
 * What each skip's switch says in a setting.
 * @param {ArrayLike<number>} settings (V, skips)
 * @param {number} number
 * @param {number} skips
 */
export function switchesOf(settings, number, skips) {
  return Array.from({ length: skips }, (_, skip) => settings[number * skips + skip]);
}

/**
 * The number of the setting that the switches are; null where it is none of them.
 * @param {ArrayLike<number>} settings (V, skips)
 * @param {readonly number[]} switches
 */
export function settingOf(settings, switches) {
  const count = settings.length / switches.length;
  for (let number = 0; number < count; number++) {
    if (switches.every((each, skip) => settings[number * switches.length + skip] === each)) return number;
  }
  return null;
}

/**
 * The sentence for a setting: its key among the words, and the skip that it is about.
 * @param {readonly number[]} switches
 */
export function settingWords(switches) {
  const changed = switches.flatMap((source, skip) => (source ? [skip] : []));
  if (!changed.length) return { key: "untouched", skip: -1 };
  const source = switches[changed[0]];
  if (switches.every((each) => each === source)) return { key: source === 1 ? "all_off" : "all_other", skip: -1 };
  if (changed.length > 1) return { key: "several", skip: -1 };
  return { key: source === 1 ? "one_off" : "one_other", skip: changed[0] };
}
