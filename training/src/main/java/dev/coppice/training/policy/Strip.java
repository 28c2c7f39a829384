package dev.coppice.training.policy;

/**
 * Represents an unforked stretch of a tree: what stands between two forks, laid end to end.
 *
 * <p>Every token belongs to one strip. A strip's tokens see the strip's ancestors and the tokens
 * before them in the strip, which makes attention a rectangle with a triangle at its end: nothing is
 * computed between siblings.
 *
 * @param path rows of the ancestors' tokens and then of the strip's own, from the root on.
 * @param before number of ancestors' tokens in {@code path}.
 */
record Strip(int[] path, int before) {

  int keys() {
    return path.length;
  }

  int queries() {
    return path.length - before;
  }
}
