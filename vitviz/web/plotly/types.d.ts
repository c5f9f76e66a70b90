// What the parts of this folder need to know of plotly's figures and of plotly.js.

/** Numbers or words along a trace; nested where each point has several. */
export type Values = ArrayLike<unknown>;

export interface Trace {
  type?: string;
  mode?: string;
  name?: string;
  showlegend?: boolean;
  hoverinfo?: string;
  hovertemplate?: string | string[];
  x?: Values;
  y?: Values;
  xaxis?: string;
  yaxis?: string;
  [key: string]: unknown;
}

export interface Axis {
  domain?: [number, number];
  range?: number[];
  anchor?: string;
  matches?: string;
  type?: string;
  title?: { text?: string; standoff?: number };
  showticklabels?: boolean;
  [key: string]: unknown;
}

export interface Shape {
  xref?: string;
  yref?: string;
  [key: string]: unknown;
}

export interface Annotation extends Shape {
  text?: string;
}

export interface Layout {
  height?: number;
  width?: number;
  margin?: { l: number; r: number; t: number; b: number };
  shapes?: Shape[];
  annotations?: Annotation[];
  showlegend?: boolean;
  /** `panels`: "beside" where the axes x, x2, ... stand side by side over one y; `label` is the chart in words. */
  meta?: { panels?: string; gap?: number; label?: string };
  [key: string]: unknown;
}

export interface Figure {
  data: Trace[];
  layout: Layout;
}

/** What a chart says beside its figure: help for the keyboard and the names of its buttons. */
export interface Words {
  help?: string;
  png?: string;
  svg?: string;
  zoom?: string;
  pan?: string;
  reset?: string;
  zoom_hint?: string;
}

/** An axis as it is drawn, of plotly's own. */
export interface DrawnAxis {
  _offset: number;
  _length: number;
  p2d(pixels: number): number;
}

/** The element of a chart after plotly has drawn into it. */
export interface GraphDiv extends HTMLElement {
  data: Trace[];
  layout: Layout;
  _fullLayout?: { _uid: string; xaxis: DrawnAxis };
  on(event: string, listener: (event: { points: HoverPoint[] }) => void): void;
}

export interface HoverPoint {
  curveNumber: number;
  pointNumber: number;
}

export interface Plotly {
  newPlot(div: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<GraphDiv>;
  react(div: HTMLElement, data: Trace[], layout: Layout, config: object): Promise<GraphDiv>;
  relayout(div: HTMLElement, changes: object): Promise<GraphDiv>;
  purge(div: HTMLElement): void;
  downloadImage(div: HTMLElement, options: object): Promise<string>;
  Fx: {
    hover(div: HTMLElement, points: HoverPoint[], subplot?: string): void;
    unhover(div: HTMLElement): void;
  };
}
