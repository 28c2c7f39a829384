package dev.coppice.scheduling;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.Arrays;
import java.util.List;

/**
 * Forks at the ends of lines or sentences, where a step of free text is complete.
 *
 * <p>The end of a line or sentence outside of calls and answers is a place; the first gets the first
 * number of children on the list, the next fork of the path the second, and so on. The place is known
 * from the text so far before the next token's distribution is, so the path weights are unbiased. A tree
 * whose paths all reach as many ends as the list is long has as many leaves as the product of the list.
 *
 * @thread any; immutable.
 */
public final class SentencePolicy implements BranchingPolicy {
  private final int[] childrenByFork;

  /**
   * Says how to fork.
   *
   * @param childrenByFork children of the first, second ... fork of a path, at least 2 each.
   */
  public SentencePolicy(final int[] childrenByFork) {
    if (Arrays.stream(childrenByFork).anyMatch(count -> count < 2)) {
      throw new IllegalArgumentException(
          "a fork needs children: children=" + Arrays.toString(childrenByFork));
    }
    this.childrenByFork = childrenByFork.clone();
  }

  @Override
  public String name() {
    return "sentence";
  }

  @Override
  public boolean looksAtPathAlone() {
    return true;
  }

  @Override
  public int childrenBeforeToken(final BranchPoint point) {
    final boolean isHere = point.forks() < childrenByFork.length && point.isSentenceEnd();
    return isHere ? childrenByFork[point.forks()] : 1;
  }

  /** Whether a token ends a sentence is known once it is there. */
  @Override
  public int tokensToNextPlace(final BranchPoint point) {
    return point.forks() < childrenByFork.length ? 1 : Integer.MAX_VALUE;
  }

  /** Offers the policy by the name {@code sentence}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "sentence",
          "Forks at the ends of lines and sentences.",
          PlugOption.wholes(
              "children",
              List.of(2L, 2L, 2L),
              new Range(2, 1024),
              "Children at the first, second ... fork of a path; after the last none."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new SentencePolicy(
          Arrays.stream(options.wholes("children")).mapToInt(Math::toIntExact).toArray());
    }

    @Override
    public void check(final PlugOptions options) {
      if (options.wholes("children").length == 0) {
        throw new IllegalArgumentException("children is empty; try [2, 2, 2]");
      }
    }
  }
}
