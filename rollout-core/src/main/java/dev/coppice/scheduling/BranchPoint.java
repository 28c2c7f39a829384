package dev.coppice.scheduling;

import java.util.function.BooleanSupplier;

/**
 * Shows a branching policy where a branch stands; everything here is fixed by the path so far.
 *
 * <p>A flyweight: the engine fills it again for each question, and a policy must not keep it. It
 * says nothing of siblings, of other trees or of the token about to be drawn, so a policy cannot
 * peek and the path weights stay unbiased.
 *
 * @thread the engine thread.
 */
public final class BranchPoint {
  private static final BooleanSupplier NOWHERE = () -> false;

  private long treeKey;
  private long tag;
  private int turn;
  private int turnPosition;
  private int forks;
  private int lastForkTurn;
  private int decisionTurn;
  private int typicalTurns;
  private int sampled;
  private BooleanSupplier sentenceEnd = NOWHERE;

  /**
   * Points at the start of a tree.
   *
   * @param newTreeKey the random key of the tree.
   * @param newDecisionTurn the first turn that decides, from the episode's plan.
   * @param newTypicalTurns the turns of a usual episode, from the plan.
   * @return this.
   */
  public BranchPoint atTree(
      final long newTreeKey, final int newDecisionTurn, final int newTypicalTurns) {
    treeKey = newTreeKey;
    decisionTurn = newDecisionTurn;
    typicalTurns = newTypicalTurns;
    return this;
  }

  /**
   * Points at a place on a path.
   *
   * @param newTag the tag the policy gave the branch.
   * @param newTurn the turn about to be sampled, from 0.
   * @param newTurnPosition the tokens of that turn sampled so far.
   * @return this.
   */
  public BranchPoint atToken(final long newTag, final int newTurn, final int newTurnPosition) {
    tag = newTag;
    turn = newTurn;
    turnPosition = newTurnPosition;
    return this;
  }

  /**
   * Tells how the class path has forked so far.
   *
   * @param newForks the forks on the path.
   * @param newLastForkTurn the turn of the last of them, or -1.
   * @return this.
   */
  public BranchPoint afterForks(final int newForks, final int newLastForkTurn) {
    forks = newForks;
    lastForkTurn = newLastForkTurn;
    return this;
  }

  /**
   * Tells what has been sampled on the path.
   *
   * @param newSampled the tokens sampled from the root to here, over all turns.
   * @param newSentenceEnd tells whether the turn's text so far ends with a line or a sentence.
   * @return this.
   */
  public BranchPoint afterText(final int newSampled, final BooleanSupplier newSentenceEnd) {
    sampled = newSampled;
    sentenceEnd = newSentenceEnd;
    return this;
  }

  /**
   * Returns the tokens sampled on the path.
   *
   * @return the number from the root to here, over all turns; what was observed does not count.
   */
  public int sampled() {
    return sampled;
  }

  /**
   * Says whether the last token sampled ended a line or a sentence, outside of calls and answers.
   *
   * @return false at the beginning of a turn.
   */
  public boolean isSentenceEnd() {
    return sentenceEnd.getAsBoolean();
  }

  /**
   * Returns the random key of the tree, for policies that draw.
   *
   * @return the key.
   */
  public long treeKey() {
    return treeKey;
  }

  /**
   * Returns the tag the policy gave this branch when it was born.
   *
   * @return the tag; 0 for the first branch of a tree.
   */
  public long tag() {
    return tag;
  }

  /**
   * Returns the turn about to be sampled or being sampled.
   *
   * @return the turn, from 0.
   */
  public int turn() {
    return turn;
  }

  /**
   * Returns how far the turn has been sampled.
   *
   * @return the tokens of the turn sampled so far.
   */
  public int turnPosition() {
    return turnPosition;
  }

  /**
   * Returns how often the class path has forked.
   *
   * @return the number of forks from the root to here.
   */
  public int forks() {
    return forks;
  }

  /**
   * Returns the turn in which the path forked last.
   *
   * @return the turn, or -1 if it never did.
   */
  public int lastForkTurn() {
    return lastForkTurn;
  }

  /**
   * Returns the first turn that decides the outcome, as the episode's plan has it.
   *
   * @return the turn, from 0.
   */
  public int decisionTurn() {
    return decisionTurn;
  }

  /**
   * Returns the number of turns of a usual episode, as its plan has it.
   *
   * @return the number, at least 1.
   */
  public int typicalTurns() {
    return typicalTurns;
  }
}
