package dev.coppice.episode;

import dev.coppice.trajectory.StopReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Holds the state of the world along one branch.
 *
 * <p>Whoever forks a branch forks its episode: afterwards the two never see each other.
 *
 * @thread one at a time; {@link #call} and {@link #finish} run on a tool thread while the branch
 *     waits, everything else on the engine thread.
 */
public interface Episode extends AutoCloseable {
  /**
   * Returns the text the model sees first, special tokens written out.
   *
   * @return the prompt.
   */
  String prompt();

  /**
   * Returns the ids of what the model sees first, where they are known: an episode that goes on from
   * the middle of another enters by them, and nothing is tokenised again.
   *
   * @return the ids, or null where {@link #prompt} is to be tokenised.
   */
  default int[] promptTokens() {
    return null;
  }

  /**
   * Returns what is known of the episode before it starts.
   *
   * @return the plan branching policies may use; it never depends on what was sampled.
   */
  EpisodePlan plan();

  /**
   * Executes a tool call.
   *
   * <p>A call the policy got wrong is answered with an observation that says so; an exception means
   * that the tool itself failed.
   *
   * @param text between the marks of the call, exactly as sampled.
   * @return what the policy is shown.
   * @throws Exception if the tool fails.
   */
  Observation call(String text) throws Exception;

  /**
   * Executes a tool call, knowing all of the turn that made it.
   *
   * @param text between the marks of the call, exactly as sampled.
   * @param turn all that was sampled since the last observation, exactly as sampled.
   * @return what the policy is shown.
   * @throws Exception if the tool fails.
   */
  default Observation call(final String text, final String turn) throws Exception {
    return call(text);
  }

  /**
   * Says a turn that made no call, where the dialect {@link Dialect#talks}.
   *
   * @param turn all that was sampled since the last observation, exactly as sampled.
   * @param end the text of the token that ended it.
   * @return what the policy is answered.
   * @throws Exception if the environment fails.
   */
  default Observation say(final String turn, final String end) throws Exception {
    throw new UnsupportedOperationException("this environment does not talk: " + getClass());
  }

  /**
   * Executes the calls of one turn; they are answered in order, and those behind one that ends the
   * episode are not made. A text may hold a list of calls: there are then more answers than texts.
   *
   * @param texts between the marks of the calls, in order and exactly as sampled; of a call that was
   *     never closed, with the mark before it, so that it cannot be read as one.
   * @param turn all that was sampled since the last observation, exactly as sampled.
   * @return what the policy is shown, one text behind the other.
   * @throws Exception if a tool fails.
   */
  default List<Observation> calls(final List<String> texts, final String turn) throws Exception {
    if (texts.size() == 1) {
      return Collections.singletonList(call(texts.getFirst(), turn));
    }
    final List<Observation> answers = new ArrayList<>();
    for (final String text : texts) {
      final Observation answer = call(text);
      answers.add(answer);
      if (answer == null || answer.over()) {
        break;
      }
    }
    return answers;
  }

  /**
   * Writes the answers to the last calls once more with shorter results, as they were too long.
   *
   * @param last observations, the answers to the last calls on this episode.
   * @param cut shortens what a tool said; the marks around it stay whole.
   * @return the observations the policy is shown instead.
   * @throws Exception if they cannot be written.
   */
  default List<Observation> shortened(final List<Observation> last, final UnaryOperator<String> cut)
      throws Exception {
    return last.stream().map(answer -> answer.with(cut.apply(answer.text()))).toList();
  }

  /**
   * Scores the final answer.
   *
   * @param answer text between the marks of the answer, exactly as sampled; for an environment
   *     without answer marks all text the policy sampled since the last observation.
   * @return the score.
   * @throws Exception if the environment fails.
   */
  Score finish(String answer) throws Exception;

  /**
   * Scores an episode that a limit ended.
   *
   * @param reason the episode was ended for.
   * @return the score, or {@link Score#NONE} if it cannot be scored.
   */
  Score truncated(StopReason reason);

  /**
   * Copies the state of the world.
   *
   * @return an episode in the same state that shares nothing mutable with this one.
   */
  Episode fork();

  /**
   * Copies the state of the world for samples of another branch.
   *
   * @param noise the key of whatever the world draws at random for these samples, where it draws for
   *     each sample and not for each state.
   * @return an episode in the same state that shares nothing mutable with this one.
   */
  default Episode fork(final long noise) {
    return fork();
  }

  /**
   * Returns a digest of the state; equal states have equal digests.
   *
   * @return a short text.
   */
  String digest();

  /** Releases what the episode holds. */
  @Override
  default void close() {}
}
