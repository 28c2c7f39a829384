package dev.coppice.scheduling;

import dev.coppice.draw.CounterRandom;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;

/**
 * Grows the random trees of Tree-GRPO without its barriers.
 *
 * <p>The paper finishes a chain, picks N of its turns with replacement, root included, generates a
 * chain from each, and repeats this L times over the grown tree. Here the L x N picks are drawn from
 * the key of the tree before its first token, each a (chain, turn) pair, and a pick is honoured the
 * moment its turn begins. So nothing waits for a chain to end, and the number of children depends on
 * no sample; the price is that a pick past the end of a short chain falls away, where the paper
 * draws among the turns that came to be. Turns are drawn from those of a usual episode of the task.
 *
 * @shape a tree has at most 1 + N x L leaves; M trees per group are the engine's {@code trees}.
 * @thread any; immutable.
 * @source Tree-GRPO, arXiv:2509.21240, and its released code (expand_mode=random).
 */
public final class TreeGrpoPolicy implements BranchingPolicy {
  private static final int CHAIN_STREAM = 0x7472;
  private static final int TURN_STREAM = 0x7475;

  private final int picksPerRound;
  private final int rounds;

  /**
   * Keeps the size of the tree.
   *
   * @param picksPerRound N, the nodes expanded per tree and round.
   * @param rounds L, the rounds of expansion.
   */
  public TreeGrpoPolicy(final int picksPerRound, final int rounds) {
    if (picksPerRound < 0 || rounds < 0) {
      throw new IllegalArgumentException(
          "N and L must not be negative: n=" + picksPerRound + " l=" + rounds);
    }
    this.picksPerRound = picksPerRound;
    this.rounds = rounds;
  }

  @Override
  public String name() {
    return "tree-grpo";
  }

  @Override
  public int childrenAtTurn(final BranchPoint point) {
    int children = 1;
    for (int pick = 0; pick < picksPerRound * rounds; pick++) {
      if (isHere(point, pick)) {
        children++;
      }
    }
    return children;
  }

  @Override
  public long childTag(final BranchPoint point, final int child) {
    int seen = 0;
    for (int pick = 0; pick < picksPerRound * rounds; pick++) {
      if (isHere(point, pick) && ++seen == child) {
        return pick + 1L;
      }
    }
    throw new IllegalArgumentException("no pick begins this child: child=" + child);
  }

  private boolean isHere(final BranchPoint point, final int pick) {
    return turnOf(point, pick) == point.turn() && ownerOf(point, pick) == point.tag();
  }

  /** A pick at a chain's own first turn is a pick at the node the chain was forked from. */
  private long ownerOf(final BranchPoint point, final int pick) {
    final int turn = turnOf(point, pick);
    long chain = chainOf(point, pick);
    while (chain > 0 && turnOf(point, (int) chain - 1) == turn) {
      chain = chainOf(point, (int) chain - 1);
    }
    return chain;
  }

  /** A pick of round r chooses among the chains of the rounds before: 1 + N x r of them. */
  private long chainOf(final BranchPoint point, final int pick) {
    final int chains = 1 + picksPerRound * (pick / picksPerRound);
    return (long) (CounterRandom.uniform(point.treeKey(), CHAIN_STREAM, pick) * chains);
  }

  /** Turns before a chain's own start belong to its ancestors, so the draw begins there. */
  private int turnOf(final BranchPoint point, final int pick) {
    final long chain = chainOf(point, pick);
    final int first = chain == 0 ? 0 : turnOf(point, (int) chain - 1);
    final int choices = Math.max(1, point.typicalTurns() - first);
    return first + (int) (CounterRandom.uniform(point.treeKey(), TURN_STREAM, pick) * choices);
  }

  /** Offers the policy by the name {@code tree-grpo}. */
  public static final class Offer extends NamedPlug implements PolicyPlug {
    /** Declares its options. */
    public Offer() {
      super(
          "tree-grpo",
          "Expands turns drawn beforehand, as the random trees of Tree-GRPO.",
          PlugOption.whole(
              "m", 2, new Range(1, 65_536), "Trees per group (M) where no budget is set."),
          PlugOption.whole("n", 3, new Range(1, 4096), "Nodes expanded per round (N)."),
          PlugOption.whole("l", 1, new Range(1, 64), "Rounds of expansion (L)."));
    }

    @Override
    public BranchingPolicy make(final PlugOptions options) {
      return new TreeGrpoPolicy(options.count("n"), options.count("l"));
    }

    @Override
    public int trees(final PlugOptions options, final int configured) {
      return options.count("m");
    }
  }
}
