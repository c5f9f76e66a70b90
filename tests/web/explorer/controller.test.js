import assert from "node:assert/strict";
import { test } from "node:test";
import { Controller } from "../../../vitviz/web/explorer/controller.js";
import { Selection } from "../../../vitviz/web/explorer/selection.js";
import { DEFAULTS } from "./defaults.js";

/** @import { Act } from "../../../vitviz/web/explorer/types.d.ts" */

const layer = { heads: 2, rows: 2, columns: 3, prefix: ["cls"] };
const SETTING = { layers: [layer, layer], aggregates: [], defaults: DEFAULTS, paired: false };

/** A controller over a selection, and what it called, in order. */
function controlled(state = {}) {
  const selection = new Selection(SETTING, { ...DEFAULTS, ...state });
  /** @type {string[]} */
  const calls = [];
  const controller = new Controller(selection, {
    draw: () => calls.push("draw"),
    changed: (before) => calls.push(`changed from ${before.token}`),
    closeWeight: () => {
      selection.close();
      calls.push("close");
    },
    focusWeight: () => calls.push("focus"),
    strongest: () => 6,
    save: (kind) => calls.push(kind),
  });
  const press = (/** @type {string} */ key, /** @type {object} */ more = {}) =>
    controller.key(
      /** @type {any} */ ({
        key,
        target: { tagName: "DIV" },
        composedPath: () => [{ tagName: "DIV" }],
        preventDefault: () => {},
        stopPropagation: () => {},
        ...more,
      }),
    );
  return { selection, controller, calls, press };
}

test("passing over a token draws and is no choice", () => {
  const { controller, calls } = controlled();
  controller.hover(3);
  controller.hover(3);
  assert.deepEqual(calls, ["draw"]);
});

test("a click pins, a second one opens the weight, one on the pinned token goes back", () => {
  const { controller, selection, calls } = controlled();
  controller.choose(3);
  assert.equal(selection.state.pinned, true);
  controller.choose(5);
  assert.deepEqual([selection.state.token, selection.opened], [3, 5]);
  controller.choose(3);
  assert.equal(selection.opened, null);
  assert.equal(selection.state.pinned, true);
  controller.choose(3);
  assert.equal(selection.state.pinned, false);
  assert.ok(calls.includes("close"));
});

test("keys move, choose, turn and open what is strongest", () => {
  const { selection, calls, press } = controlled({ token: 1 });
  press("ArrowRight");
  press("PageDown");
  press("]");
  press("x");
  press("Enter");
  const { token, layer, head, direction, pinned } = selection.state;
  assert.deepEqual(
    { token, layer, head, direction, pinned },
    { token: 2, layer: 1, head: 1, direction: "column", pinned: true },
  );
  press("ArrowDown", { shiftKey: true });
  assert.equal(selection.other, 5);
  press("Escape");
  assert.equal(selection.other, null);
  press("o");
  assert.equal(selection.opened, 6);
  assert.equal(calls.at(-1), "focus");
});

test("a key that means nothing changes nothing", () => {
  const { calls, press } = controlled();
  press("q");
  press("ArrowLeft", { ctrlKey: true });
  assert.deepEqual(calls, []);
});

test("shift and a click on a small map choose for the second pane, as the toolbar's box does", () => {
  const { controller, selection, calls } = controlled({ layer: 1 });
  controller.chooseMap({ layer: 0, head: 1 }, true);
  assert.deepEqual(selection.state.second, { layer: 0, head: 1 });
  assert.equal(selection.state.layer, 1);
  controller.act("join");
  assert.equal(selection.state.second, null);
  controller.act("split");
  assert.deepEqual(selection.state.second, { layer: 1, head: 0 }); // there is no mean in this setting
  for (const kind of /** @type {Act[]} */ (["png", "svg", "npz"])) controller.act(kind);
  assert.deepEqual(calls.slice(-3), ["png", "svg", "npz"]);
});

test("two choices for the second pane before anything is drawn both stay", () => {
  const { controller, selection } = controlled();
  controller.changeSecond({ layer: 1 });
  assert.equal(selection.state.second, null);
  controller.act("split");
  controller.changeSecond({ layer: 1 });
  controller.changeSecond({ head: 1 });
  assert.deepEqual(selection.state.second, { layer: 1, head: 1 });
});

test("a stroke adds or takes out, and its tokens before anything is drawn all stay", () => {
  const { controller, selection, press } = controlled();
  controller.paint(3, true);
  controller.paint(4, false);
  controller.paint(5, false);
  controller.paint(4, false);
  assert.deepEqual(selection.state.region, [3, 4, 5]);
  controller.hover(1); // while the region is averaged the pointer is at a second token
  assert.deepEqual([selection.state.token, selection.other], [5, 1]);
  controller.paint(4, true);
  controller.paint(6, false); // was not in it
  assert.deepEqual(selection.state.region, [3, 5]);
  press("Home");
  press("r");
  assert.deepEqual(selection.state.region, [0, 3, 5]);
});

test("a region is looked at one by one, and given up by Escape or by choosing another token", () => {
  const { controller, selection, press } = controlled({ region: [2, 4, 6] });
  press(".");
  assert.deepEqual([selection.state.token, selection.state.together], [2, false]);
  press(",");
  assert.equal(selection.state.token, 6);
  press("m");
  assert.equal(selection.averaged, true);
  press("Escape");
  assert.deepEqual(selection.state.region, []);
  press("."); // there is nothing to step through
  assert.equal(selection.state.token, 6);
  controller.act("brush");
  controller.choose(1);
  controller.choose(2);
  controller.act("brush");
  assert.deepEqual(selection.state.region, [1, 2]);
  controller.choose(5);
  assert.deepEqual([selection.state.region, selection.state.token, selection.state.pinned], [[], 5, true]);
});
