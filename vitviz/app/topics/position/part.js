// The similarity of position embeddings as a part of a page.
import { Similarity } from "./similarity.js";

/**
 * @param {HTMLElement} element
 * @param {(name: string, value: number) => void} send is called with "token" and every token that is chosen
 */
export function mount(element, send) {
  return new Similarity(element, (token) => send("token", token));
}
