// The numbers of a lens: logits of some classes for every depth and reading, and what all classes add up to.

export class LensNumbers {
  constructor(data) {
    this.depths = data.depths.length;
    this.classes = data.classes.length;
    this.logits = data.logits;
    this.lse = data.lse;
    this.best = data.best;
    this.bestLogit = data.bestLogit;
    this.readings = this.lse.length / this.depths;
  }

  logit(depth, reading, target) {
    return this.logits[(depth * this.readings + reading) * this.classes + target];
  }

  /** exp(logit - log-sum-exp over all classes of the model). */
  probability(depth, reading, target) {
    return Math.exp(this.logit(depth, reading, target) - this.lse[depth * this.readings + reading]);
  }

  value(mode, depth, reading, target) {
    return mode === "p" ? this.probability(depth, reading, target) : this.logit(depth, reading, target);
  }

  /** The class with the highest score: its index in the model, and its probability. */
  winner(depth, reading) {
    const at = depth * this.readings + reading;
    return { index: this.best[at], probability: Math.exp(this.bestLogit[at] - this.lse[at]) };
  }

  /** One class's values of all patches at one depth; `first` readings stand before the patches. */
  map(mode, depth, target, first) {
    const count = this.readings - first;
    return Float32Array.from({ length: count }, (_, i) => this.value(mode, depth, first + i, target));
  }
}
