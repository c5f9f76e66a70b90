// The presentation: the page's style in it, and a ring that makes the pointer easy to follow.
import { make } from "../../web/shared/dom.js";

const DESIGNED = 1340; // CSS pixels that a page is laid out for; a wider window shows it larger
const [LEAST, MOST] = [1.3, 1.6];
const RING = 44; // CSS pixels

export const PRESENTED = `
[data-testid="stSidebar"], [data-testid="stHeader"] { display: none !important; }
[data-testid="stMainBlockContainer"] { zoom: ZOOM; max-width: none !important; padding-top: 0.5rem !important;
  --vv-room: calc(100vh / ZOOM); }
.st-key-nav-pages, [class*="st-key-nav-group-"] { flex-wrap: nowrap !important; }
.st-key-nav-pages { overflow-x: auto; scrollbar-width: none; }
.st-key-nav-pages > div, [class*="st-key-nav-group-"] { width: max-content !important; max-width: none !important; }
/* A lesson has its own way on, and what it says needs the room. */
body:has(.st-key-lesson) :is(.st-key-nav, .st-key-related, .st-key-path-turn, .st-key-lessons) { display: none !important; }
#vv-leave { position: fixed; right: 10px; bottom: 10px; z-index: 1000000; font: 14px sans-serif; padding: 6px 12px;
  min-height: 44px; color: #fff; background: #000b; border: 1px solid #fff8; border-radius: 4px; cursor: pointer; }
#vv-ring { position: fixed; left: 0; top: 0; z-index: 1000001; width: ${RING}px; height: ${RING}px; box-sizing: border-box;
  border: 3px solid #fff; border-radius: 50%; box-shadow: 0 0 0 2px #000, inset 0 0 0 1px #000; pointer-events: none; }
@media (pointer: coarse) { #vv-ring { display: none; } }
`;

/**
 * How much larger a page is in a window of that width.
 * @param {number} width
 */
export const zoomFor = (width) => Math.round(100 * Math.min(MOST, Math.max(LEAST, width / DESIGNED))) / 100;

/**
 * A smaller zoom with which all of a page that is too high is in sight; where that would be too small to read, or it is in
 * sight already, the same.
 * @param {number} zoom
 * @param {number} height of the page
 * @param {number} room
 */
export function fitting(zoom, height, room) {
  if (height <= room) return zoom;
  const smaller = Math.floor((100 * zoom * room) / height) / 100;
  return smaller >= LEAST ? smaller : zoom;
}

/**
 * Whether a key press is a letter of a text, and what is pasted part of one.
 * @param {Event} event
 */
export function isTyping(event) {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(SELECT|TEXTAREA)$/.test(target.tagName) || isTextField(target))
  );
}

/** @param {HTMLElement} target */
const isTextField = (target) =>
  target instanceof HTMLInputElement && !/^(range|checkbox|radio|button)$/.test(target.type);

/** A ring around the pointer, with a light and a dark line: seen on every map. */
export class Halo {
  constructor() {
    this.ring = make("div");
    this.ring.id = "vv-ring";
    this.follow = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      this.ring.style.transform = `translate(${clientX - RING / 2}px, ${clientY - RING / 2}px)`;
    };
  }

  /** @param {boolean} visible */
  show(visible) {
    if (visible === this.ring.isConnected) return;
    if (visible) {
      document.body.append(this.ring);
      window.addEventListener("pointermove", this.follow);
    } else this.destroy();
  }

  destroy() {
    this.ring.remove();
    window.removeEventListener("pointermove", this.follow);
  }
}
