// The sentences of a page that has them in both languages, and the buttons that change the language.
import { make } from "../shared/dom.js";

/** @typedef {Record<string, Record<string, string>>} Texts by language, then by the id of the element */

/**
 * Show every sentence in a language; the text's lines have lines of their own.
 * @param {Texts} texts
 * @param {string} language
 */
export function speak(texts, language) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  for (const [id, text] of Object.entries(texts[language])) {
    if (id === "title") document.title = text;
    const place = document.getElementById(id);
    if (place) place.replaceChildren(...text.split("\n").map((line) => make("span", "line", line)));
  }
  for (const button of languageButtons())
    button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
}

/** @param {(language: string) => void} chosen */
export function whenChosen(chosen) {
  for (const button of languageButtons())
    button.addEventListener("click", () => chosen(button.getAttribute("data-language") ?? "en"));
}

const languageButtons = () => document.querySelectorAll("[data-language]");
