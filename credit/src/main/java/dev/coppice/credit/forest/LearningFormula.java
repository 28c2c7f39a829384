package dev.coppice.credit.forest;

/**
 * Scores a group with what earlier groups told.
 *
 * <p>The formula itself never changes: it is made with what was learned, as its option {@link #SHARES}
 * has it, and says what a group tells and what is learned with it. All of it is text, so that a credit
 * block holds it and any machine goes on from there with the same bits.
 *
 * @thread any; implementations keep nothing between calls.
 */
public interface LearningFormula extends CreditFormula {
  /** The option, and the entry of a credit block, that holds what was learned before the group. */
  String SHARES = "shares";

  /** The entry of a credit block that holds what the group itself told. */
  String PAIRS = "pairs";

  /** The option that names the turn that decides, from 0; -1 where the run's plan shall say. */
  String DECISION = "decision";

  /** The option that says how many groups lie between a group and the newest it learns from. */
  String BEHIND = "behind";

  /**
   * Says what a group tells.
   *
   * @param forest the group.
   * @return a text for {@link #advance}.
   */
  String observe(Forest forest);

  /**
   * Learns from one more group.
   *
   * @param learned so far, empty at the start.
   * @param observed what the group told, empty if it told nothing.
   * @return what is learned with it.
   * @throws IllegalArgumentException if a text is of another kind.
   */
  String advance(String learned, String observed);
}
