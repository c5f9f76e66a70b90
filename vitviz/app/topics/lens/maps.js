// One small map of the picture for every depth, all on one scale, with one cursor.
import { make, paint } from "../../../web/shared/canvas.js";

export class Maps {
  constructor(root, { hover, choose }) {
    this.root = root;
    this.events = { hover, choose };
    this.maps = [];
  }

  /** Make the canvases anew for a picture's grid and depths. */
  build({ rows, columns, aspect, depths, first }) {
    Object.assign(this, { rows, columns, first });
    this.maps = depths.map((label, depth) => {
      const figure = make("figure", "vl-map");
      const holder = figure.appendChild(make("div", "vl-map-holder"));
      const canvas = holder.appendChild(make("canvas"));
      canvas.style.aspectRatio = String(aspect);
      canvas.setAttribute("role", "img");
      const cursor = holder.appendChild(make("div", "vl-box"));
      cursor.style.width = `${100 / columns}%`;
      cursor.style.height = `${100 / rows}%`;
      figure.append(make("figcaption", "", label));
      const at = (event) => {
        const box = canvas.getBoundingClientRect();
        const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * rows)));
        const column = Math.min(
          columns - 1,
          Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)),
        );
        return this.first + row * columns + column;
      };
      holder.addEventListener("pointermove", (event) => this.events.hover(depth, at(event)));
      holder.addEventListener("pointerleave", () => this.events.hover(null, null));
      holder.addEventListener("click", (event) => this.events.choose(depth, at(event)));
      return { figure, canvas, cursor };
    });
    this.root.replaceChildren(...this.maps.map(({ figure }) => figure));
  }

  /** `values(depth)` are the patches' values, `label(depth)` what a map shows in words. */
  draw(values, table, [low, high], label) {
    for (const [depth, { canvas }] of this.maps.entries()) {
      paint(canvas, values(depth), 0, this.rows, this.columns, table, low, high);
      canvas.setAttribute("aria-label", label(depth));
    }
  }

  point(reading, depth) {
    const patch = reading - this.first;
    for (const [at, { figure, cursor }] of this.maps.entries()) {
      figure.classList.toggle("vl-here", at === depth);
      cursor.hidden = patch < 0;
      cursor.style.left = `${(100 * (patch % this.columns)) / this.columns}%`;
      cursor.style.top = `${(100 * Math.floor(patch / this.columns)) / this.rows}%`;
    }
  }
}
