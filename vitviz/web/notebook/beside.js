// The still picture below a widget, for whoever opens the notebook without its kernel: hidden while the widget is there.
import { make } from "../shared/dom.js";

/** @import { Model } from "./kernel.js" */

/**
 * Hide it, wherever and whenever the notebook puts it; what is returned shows it again.
 * @param {Model} model
 */
export function hideStill(model) {
  const rule = make("style");
  rule.textContent = `.vv-still-${model.get("key")} { display: none; }`;
  document.head.append(rule);
  return () => rule.remove();
}
