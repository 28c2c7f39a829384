package dev.coppice.scheduling;

import dev.coppice.allocation.GroupOutcome;

/**
 * Decides how many children a node gets, before any of them is sampled.
 *
 * <p>Answers may depend on the path so far and on the entropy of the next-token distribution, never
 * on the token drawn from it: that is what keeps path-weighted estimates unbiased. A policy that says
 * nothing but its name never forks.
 *
 * @unit entropy is in nats.
 * @thread the engine thread; implementations are stateless unless they learn.
 */
public interface BranchingPolicy {
  /**
   * Returns the name used in configurations and traces.
   *
   * @return a short lower-case name.
   */
  String name();

  /**
   * Returns the entropy from which {@link #childrenAtToken} is asked at all.
   *
   * @return a bound in nats; positive infinity if the policy never forks inside a turn.
   */
  default double entropyFloor() {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Returns the entropy from which {@link #childrenAtToken} is asked at one place.
   *
   * @param point the place.
   * @return a bound in nats, at least {@link #entropyFloor()}.
   */
  default double entropyFloor(final BranchPoint point) {
    return entropyFloor();
  }

  /**
   * Decides the children at any token by the path alone, before the model is asked for it: at the
   * first of a turn, where {@link #childrenAtTurn} gave none, and at every later one.
   *
   * @param point the place before the token.
   * @return the number of children, at least 1.
   */
  default int childrenBeforeToken(final BranchPoint point) {
    return 1;
  }

  /**
   * Says how many tokens may be sampled before {@link #childrenBeforeToken} must be asked again; an
   * engine that answers many tokens at once is asked for no more.
   *
   * @param point the place before the first of them.
   * @return the number, at least 1.
   */
  default int tokensToNextPlace(final BranchPoint point) {
    return Integer.MAX_VALUE;
  }

  /**
   * Returns the most children {@link #childrenAtToken} gives at a place.
   *
   * @param point the place.
   * @return the bound, at least 1; the sampler draws that many tokens where the entropy is high.
   */
  default int mostChildrenAtToken(final BranchPoint point) {
    return 1;
  }

  /**
   * Decides the children of the node that closes before a turn.
   *
   * @param point the place before the first token of the turn.
   * @return the number of children, at least 1.
   */
  default int childrenAtTurn(final BranchPoint point) {
    return 1;
  }

  /**
   * Decides the children at a token whose distribution is known and which is not yet drawn.
   *
   * @param point the place before the token.
   * @param entropy of the sampling distribution in nats.
   * @return the number of children, from 1 to {@link #mostChildrenAtToken}.
   */
  default int childrenAtToken(final BranchPoint point, final double entropy) {
    return 1;
  }

  /**
   * Says whether every sample of one path gets the same answers: those of a policy that looks at the
   * path alone, and at neither {@link BranchPoint#tag} nor {@link BranchPoint#treeKey}. Only then
   * may samples share a path, as {@code tree.coalesce} has them do.
   *
   * @return false unless the policy says otherwise.
   */
  default boolean looksAtPathAlone() {
    return false;
  }

  /**
   * Says how many of a path's most uncertain tokens become forks once the path has ended, N.
   *
   * <p>Which tokens those are depends on what was drawn after them, so such a policy {@link #isBiased}.
   *
   * @return 0 unless the policy looks back.
   */
  default int lookBackPositions() {
    return 0;
  }

  /**
   * Says how many paths begin at each token that {@link #lookBackPositions} makes a fork, T.
   *
   * @return the children beside the path that is there already, at least 1.
   */
  default int lookBackChildren() {
    return 1;
  }

  /**
   * Says whether forks depend on what was drawn behind them: path-weighted figures and estimators are
   * biased then.
   *
   * @return false unless the policy looks back.
   */
  default boolean isBiased() {
    return lookBackPositions() > 0;
  }

  /**
   * Tags the first branch of every tree of a group; asked for every place in order, when its group
   * starts, and by an engine of a fleet also for groups that other engines grow.
   *
   * @param place of the group in the order of starts, or its number in a fleet.
   * @return the tag.
   */
  default long rootTag(final long place) {
    return 0;
  }

  /**
   * Returns whether earlier groups matter; such a policy keeps state and serves one engine. What was
   * learned may enter {@link #rootTag} alone: later answers must be the same whatever came since.
   *
   * @return true if {@link #learn} keeps anything.
   */
  default boolean learns() {
    return false;
  }

  /**
   * Takes in a finished group; called in the order of starts.
   *
   * @param outcome of the group.
   */
  default void learn(final GroupOutcome outcome) {}

  /**
   * Makes the same policy without anything it learned: a fleet's engine decides on a group that comes
   * again with what was known then.
   *
   * @return this one if it {@link #learns} nothing.
   * @throws IllegalArgumentException if it learns and does not say how; it serves no fleet then.
   */
  default BranchingPolicy anew() {
    if (learns()) {
      throw new IllegalArgumentException(
          "the policy learns from groups and cannot begin anew, so it serves no fleet: policy="
              + name()
              + "; its class must have anew()");
    }
    return this;
  }

  /**
   * Names a child, so that the policy knows it again.
   *
   * @param point the place of the fork.
   * @param child from 1; child 0 continues under its parent's tag.
   * @return the tag of the new branch.
   */
  default long childTag(final BranchPoint point, final int child) {
    return point.tag();
  }
}
