package dev.coppice.scheduling;

import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import java.util.Arrays;
import java.util.List;

/**
 * Forks every so many sampled tokens, level by level, wherever in a turn that falls.
 *
 * <p>A path whose sampled tokens reach {@code level x tokens} gets the children of that level, level 0
 * being the prompt. A path that ends before forks no more, so finished paths cost nothing further.
 * SPO and TreePO grow level after level and wait for the slowest path of each; here every path forks
 * by itself the moment it is so long, which gives the same trees without the wait.
 *
 * <p>The place depends on the length of the path alone, so the path weights are unbiased. A tree whose
 * paths all reach the last level has {@code c_0 c_1 ... c_L} leaves and
 * {@code tokens (c_0 + c_0 c_1 + ... + c_0 ... c_(L-1))} tokens before that level.
 *
 * @unit tokens sampled; what is observed does not count.
 * @thread any; immutable.
 * @source SPO-tree, arXiv:2505.23564; TreePO, arXiv:2508.17445.
 */
public final class SegmentsPolicy implements BranchingPolicy {
  private final int tokens;
  private final int[] children;

  /**
   * Says where to fork.
   *
   * @param tokens of a segment, at least 1.
   * @param children at the prompt, after the first segment, after the second ...; after the last none.
   */
  public SegmentsPolicy(final int tokens, final int[] children) {
    if (tokens < 1 || Arrays.stream(children).anyMatch(count -> count < 1)) {
      throw new IllegalArgumentException(
          "segments need tokens and children: tokens="
              + tokens
              + " children="
              + Arrays.toString(children));
    }
    this.tokens = tokens;
    this.children = children.clone();
  }

  @Override
  public String name() {
    return "segments";
  }

  @Override
  public boolean looksAtPathAlone() {
    return true;
  }

  @Override
  public int childrenBeforeToken(final BranchPoint point) {
    final int level = point.sampled() / tokens;
    return point.sampled() % tokens == 0 && level < children.length ? children[level] : 1;
  }

  @Override
  public int tokensToNextPlace(final BranchPoint point) {
    final boolean isPast = point.sampled() / tokens >= children.length - 1;
    return isPast ? Integer.MAX_VALUE : tokens - point.sampled() % tokens;
  }

  /** Offers the policy by the name {@code segments}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "segments",
          "Forks every so many tokens, inside a turn too, level by level.",
          PlugOption.whole("tokens", 16, new Range(1, 1_000_000), "Sampled tokens of a segment."),
          PlugOption.wholes(
              "children",
              List.of(2L, 2L, 2L),
              new Range(1, 1024),
              "Children at the prompt, after the first segment, after the second ...; after the"
                  + " last none."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new SegmentsPolicy(
          options.count("tokens"),
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
