// One sentence above a widget while the kernel does not answer.
import { make } from "../shared/dom.js";

/**
 * @param {HTMLElement} parent
 * @param {string} sentence
 * @returns {(shown: boolean) => void}
 */
export function noticeIn(parent, sentence) {
  const notice = parent.appendChild(make("p", "vv-notice"));
  notice.setAttribute("role", "status");
  return (shown) => {
    const text = shown ? sentence : "";
    if (notice.textContent !== text) notice.textContent = text;
  };
}
