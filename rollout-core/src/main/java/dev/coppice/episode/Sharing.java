package dev.coppice.episode;

/**
 * Says which answers of a world all samples of one path share, and which each of them draws afresh.
 *
 * <p>Samples that share a draw of a world's noise are not independent. Where an answer is drawn
 * afresh, the path splits at the token that asks for it, one branch a sample.
 *
 * @thread the engine thread; implementations are immutable.
 */
public interface Sharing {
  /** Shares everything: right for a world that repeats itself. */
  Sharing EVERYTHING =
      new Sharing() {
        @Override
        public boolean sharesAll() {
          return true;
        }
      };

  /**
   * Says whether nothing is ever drawn afresh, so that nobody need ask.
   *
   * @return true if every call and every score is shared.
   */
  default boolean sharesAll() {
    return false;
  }

  /**
   * Says whether the samples of a path share the answer to a call.
   *
   * @param text between the marks of the call, exactly as sampled.
   * @return false if the call is made once a sample.
   */
  default boolean sharesCall(final String text) {
    return true;
  }

  /**
   * Says whether the samples of a path share what a turn without a call is answered.
   *
   * @return false if the turn is said once a sample, as to a user that draws.
   */
  default boolean sharesTurn() {
    return true;
  }

  /**
   * Says whether the samples of a path share the score of their end.
   *
   * @return false if each is scored for itself, as by a judge that draws.
   */
  default boolean sharesScore() {
    return true;
  }
}
