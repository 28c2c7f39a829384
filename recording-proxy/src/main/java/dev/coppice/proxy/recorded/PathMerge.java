package dev.coppice.proxy.recorded;

import dev.coppice.trajectory.NodeKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays turns that begin with the same tokens over each other.
 *
 * <pre>
 *   what rollouts were given        the tree
 *   A B C D | a ...                 A B (3 draws) -- C D (2 draws) -- a ...
 *   A B C D | b ...                                               \-- b ...
 *   A B E   | c ...                              \-- E (1 draw) -- c ...
 * </pre>
 *
 * <p>Given tokens are laid together, sampled ones never: two rollouts that sampled the same are two
 * draws all the same. A node's draws are the paths through it. Where one rollout goes on in several
 * ways - it was forked, asked for choices, told its history anew - the node before has a decision on
 * their number, so each way has its share of the rollout's mass.
 *
 * @thread one.
 * @cost O(tokens of the group).
 */
final class PathMerge {
  static final String FORK = "fork";
  static final String CHOICES = "choices";
  static final String REWRITE = "rewrite";
  static final String CALLS = "conversations";

  private final Map<Turn, List<Item>> goingOn;
  private long recomputed;

  PathMerge(final Map<Turn, List<Item>> goingOn) {
    this.goingOn = goingOn;
  }

  /**
   * Is a way on from a place.
   *
   * @param turn that follows, or null where the rollout ends at the place.
   * @param rollout whose way it is.
   */
  record Item(Turn turn, Rollout rollout) {
    int[] given() {
      return turn == null ? new int[0] : turn.given();
    }
  }

  /** Tokens booked as computed for the first time by several rollouts, though they are one node. */
  long recomputed() {
    return recomputed;
  }

  /** Makes the tree of rollouts, each with the turns that begin its conversations. */
  Draft tree(final List<List<Item>> families) {
    final List<Item> all = families.stream().flatMap(List::stream).toList();
    final int common = common(all, 0);
    final int[] shared = Arrays.copyOf(all.getFirst().given(), common);
    final Draft root = Draft.given(NodeKind.PROMPT, shared, families.size());
    book(root, all, 0);
    if (families.size() == 1) {
      goOn(root, families.getFirst(), common);
      return root;
    }
    final List<Item> single = new ArrayList<>();
    for (final List<Item> family : families) {
      if (family.size() == 1) {
        single.add(family.getFirst());
      } else {
        goOn(root.add(Draft.empty()), family, common);
      }
    }
    attach(root, single, common);
    return root;
  }

  /** Goes on in the ways of one rollout. */
  private void goOn(final Draft from, final List<Item> ways, final int offset) {
    if (ways.size() > 1) {
      from.decide(policy(ways), ways.size());
    }
    attach(from, ways, offset);
  }

  private static String policy(final List<Item> ways) {
    final boolean forked = ways.stream().map(Item::rollout).distinct().count() > 1;
    final boolean choices =
        ways.stream().allMatch(way -> way.turn() != null)
            && ways.stream().map(way -> way.turn().request()).distinct().count() == 1;
    final boolean rewritten =
        ways.stream().anyMatch(way -> way.turn() != null && way.turn().event.place().rewritten());
    if (forked) {
      return FORK;
    }
    return choices ? CHOICES : rewritten ? REWRITE : CALLS;
  }

  private void attach(final Draft from, final List<Item> items, final int offset) {
    final Map<Integer, List<Item>> onward = new LinkedHashMap<>();
    for (final Item item : items) {
      if (item.given().length > offset) {
        onward.computeIfAbsent(item.given()[offset], token -> new ArrayList<>()).add(item);
      } else {
        end(from, item);
      }
    }
    for (final List<Item> same : onward.values()) {
      final int end = common(same, offset);
      final int[] tokens = Arrays.copyOfRange(same.getFirst().given(), offset, end);
      final Draft node = from.add(Draft.given(NodeKind.OBSERVATION, tokens, same.size()));
      node.rewritten = same.stream().allMatch(item -> item.turn().event.place().rewritten());
      node.answers = answers(same);
      book(node, same, offset);
      attach(node, same, end);
    }
  }

  private void end(final Draft from, final Item item) {
    if (item.turn() == null) {
      from.add(Draft.empty()).ends = item.rollout();
      return;
    }
    final Draft action = from.add(Draft.sampled(item.turn()));
    final List<Item> ways = goingOn.getOrDefault(item.turn(), List.of());
    if (ways.isEmpty()) {
      action.ends = item.rollout();
    } else {
      goOn(action, ways, 0);
    }
  }

  private static String answers(final List<Item> items) {
    final List<String> answered = items.getFirst().turn().event.said().answered();
    return answered.isEmpty() ? null : answered.getFirst();
  }

  /** The first rollout to be given the tokens books them; the others' are computed again. */
  private void book(final Draft node, final List<Item> items, final int offset) {
    boolean booked = false;
    for (final Item item : items) {
      if (item.turn() != null && isBooked(item.turn())) {
        final int found = Math.clamp(item.turn().spent().found() - offset, 0, node.tokens.length);
        if (booked) {
          recomputed += node.tokens.length - found;
        } else {
          node.cached = found;
          booked = true;
        }
      }
    }
  }

  /** Choices of a request but the first were computed with it. */
  private static boolean isBooked(final Turn turn) {
    final long own = turn.spent().prefilled() - turn.spent().recomputed() + turn.spent().found();
    return own == turn.given().length;
  }

  private static int common(final List<Item> items, final int from) {
    int length = items.getFirst().given().length;
    final int[] first = items.getFirst().given();
    for (final Item item : items) {
      final int[] other = item.given();
      final int most = Math.min(length, other.length);
      final int differs = Arrays.mismatch(first, from, most, other, from, most);
      length = differs < 0 ? most : from + differs;
    }
    return length;
  }
}
