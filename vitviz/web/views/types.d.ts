import type { Send, View } from "../shared/types.d.ts";

/** What a person chose in a view, as Python reads it. */
export type State = Record<string, unknown>;

/** A part of the app as hosts without the app show it. */
export interface HostedPart {
  mount: (element: HTMLElement, send: Send) => View<any>;
  /** The data with what the part sent in it: what a host shows in turn. */
  choose: (data: any, value: any) => any;
  /** What is chosen in the data. */
  stateOf: (data: any) => State;
  /** The data with a state in it. */
  place: (data: any, state: any) => any;
}
