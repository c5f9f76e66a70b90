// The one place that knows how Streamlit mounts a part: a part exports `mount(element, send)`, which returns an object with
// `update(data)` and `destroy()`, and knows no host.

const views = new WeakMap();

/** Streamlit calls this for every change of data or theme, and what it returns when the part leaves the page. */
export function show(mount, { parentElement, data, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = mount(parentElement.querySelector(".vv"), setTriggerValue);
    views.set(parentElement, view);
  }
  view.update(data);
  return () => {
    view.destroy?.();
    views.delete(parentElement);
  };
}
