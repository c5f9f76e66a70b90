// A token of a block's output, and how far back towards the picture its field is followed. Pure.
import { filled } from "../../../web/shared/words.js";
import { Journey } from "./maps.js";

/** @import { CursorData, JourneyData, Step, Words } from "./types.js" */

export class Fields {
  /** @param {Pick<CursorData, "patch" | "block"> & { journey: JourneyData }} data */
  constructor({ journey, patch, block }) {
    this.journey = new Journey(journey);
    this.patch = patch;
    this.at = this.journey.blocks[Math.min(block, this.journey.blocks.length - 1)]; // the step whose output is chosen
    this.back = this.at + 1; // steps back from it: 0 is the token itself
    this.computed = "";
    /** @type {Uint8Array[][]} for each way the fields from the token to the picture */
    this.fieldsOf = [];
    /** @type {number[][]} for each way the size of the field after every step */
    this.sizesOf = [];
  }

  /** Number of the chosen block among all blocks. */
  get block() {
    return this.journey.blocks.indexOf(this.at);
  }

  /** The chosen token of the chosen block's output. */
  get token() {
    return this.journey.mapOf(this.at).tokenOf(this.patch);
  }

  /** The map that is drawn. */
  get map() {
    return this.journey.mapBack(this.at, this.back);
  }

  get isAtPicture() {
    return this.back > this.at;
  }

  /** @param {number} block */
  chooseBlock(block) {
    this.at = this.journey.blocks[block];
    this.back = this.at + 1;
  }

  /**
   * The block nearest to a step.
   * @param {number} at
   */
  chooseStep(at) {
    const { blocks } = this.journey;
    const nearest = blocks.reduce((best, one) => (Math.abs(one - at) < Math.abs(best - at) ? one : best));
    this.chooseBlock(blocks.indexOf(nearest));
  }

  /** @param {number} back */
  goBack(back) {
    this.back = Math.min(this.at + 1, Math.max(0, back));
  }

  /**
   * Choose the token over a token of the map that is drawn; false where it is chosen already.
   * @param {number} token
   */
  hover(token) {
    const patch = this.map.patchOf(token, this.patch);
    if (this.journey.mapOf(this.at).tokenOf(patch) === this.token) return false;
    this.patch = patch;
    return true;
  }

  /** @param {Step} step */
  move(step) {
    const map = this.journey.mapOf(this.at);
    this.patch = map.patchOf(map.moved(this.token, step));
  }

  /** The fields with the shift and without, computed anew only for another token. */
  grown() {
    const key = `${this.at} ${this.token}`;
    if (key !== this.computed) {
      this.computed = key;
      this.fieldsOf = [true, false].map((shifted) => this.journey.grownBack(this.at, this.token, shifted));
      this.sizesOf = [true, false].map((shifted) => this.journey.growth(this.patch, shifted));
    }
    return { fieldsOf: this.fieldsOf, sizesOf: this.sizesOf };
  }

  /**
   * What field number `back` lies on.
   * @param {number} back
   * @param {Words} words
   */
  where(back, words) {
    const { journey, at } = this;
    if (back === 0) return filled(words.output, { name: journey.name(at), place: journey.mapOf(at).place(this.token) });
    if (back === at + 1) return words.patches;
    const step = at - back + 1;
    return journey.steps[step].parents ? words.beforeMerge : filled(words.before, { name: journey.name(step) });
  }
}
