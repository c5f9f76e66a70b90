// The index page of a set of files: nothing but its two languages.
import { speak, whenChosen } from "./speak.js";

const { texts, language } = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
speak(texts, language);
whenChosen((chosen) => speak(texts, chosen));
