package dev.coppice.rollout;

/** Says what becomes of running trees when new weights come. */
public enum WeightSwap {
  /**
   * A tree that has computed anything ends on its weights, forks of it included; trees not yet begun
   * start on the new ones. Both versions stay in memory until the last old tree has ended.
   */
  FINISH,
  /**
   * Every tree continues with the new weights: keys and values are computed again for the tokens there
   * are, and the next token is sampled from the new weights.
   */
  RECOMPUTE
}
