package dev.coppice.credit.shared;

/** Says how a trainer averages the loss over tokens and rows, in verl's names. */
public enum LossAggregation {
  /** {@code sum over rows and tokens / number of tokens in all rows}. */
  TOKEN_MEAN,
  /** {@code mean over rows of the mean over the row's tokens}. */
  SEQ_MEAN_TOKEN_MEAN
}
