package dev.coppice.model;

import java.nio.file.Path;
import java.util.Map;

/**
 * Samples tokens from a model: the one port behind which models live.
 *
 * <p>A runner is handed {@link Work} and answers through a {@link RunnerListener}: first what it
 * would compute ({@link Quotes}), which the core pays or declines by releasing the branch; then what
 * it drew ({@link Draws}). It may answer a token at a time or many, in any order, late or never:
 * every answer names its ticket, and the core has a deadline ({@link Traits#answerWithinNs()}).
 *
 * <pre>
 *   submit(work) ---&gt; quoted(branch, ticket, cached, computes, samples)
 *                       |  paid: nothing need be said         declined: release(branch)
 *                       v
 *                     drawn(branch, ticket, version, draws | failure) ---&gt; submit(work) ...
 * </pre>
 *
 * <p>One answer ends the work; until then {@link Work#tokens()} does not change. Within {@link
 * #poll} the listener may call {@link #submit}, {@link #fork}, {@link #release} and {@link #forget}.
 * A draw depends on the path, the key and the position alone, wherever the runner can promise that.
 *
 * @thread the engine thread, but {@link #load} and {@link #name}.
 */
public interface ModelRunner extends AutoCloseable {
  /**
   * Says what a runner is and can do; fixed while it is open.
   *
   * @param vocabularySize the number of token ids, from 0.
   * @param contextTokens the largest number of tokens in one sequence.
   * @param mostWork the most pieces of work it takes at a time.
   * @param tellsEntropy whether draws carry the entropy of their first token.
   * @param drawsAsNamed whether tokens are drawn with the numbers of {@link Work#copies}; a runner
   *     that draws with its own cannot divide samples systematically.
   * @param answerWithinNs how long the core waits for the answer to a piece of work, in nanoseconds;
   *     {@link #ALWAYS_ANSWERS} for a runner that never loses one.
   */
  record Traits(
      int vocabularySize,
      int contextTokens,
      int mostWork,
      boolean tellsEntropy,
      boolean drawsAsNamed,
      long answerWithinNs) {
    /** Stands for a runner that answers everything, if in no stated time. */
    public static final long ALWAYS_ANSWERS = Long.MAX_VALUE;

    /** Checks the ranges. */
    public Traits {
      if (vocabularySize < 1 || contextTokens < 1 || mostWork < 1 || answerWithinNs < 1) {
        throw new IllegalArgumentException(
            "a runner needs tokens, room and time: vocabularySize="
                + vocabularySize
                + " contextTokens="
                + contextTokens
                + " mostWork="
                + mostWork
                + " answerWithinNs="
                + answerWithinNs);
      }
    }
  }

  /**
   * Returns the name of the model, for reports.
   *
   * @return a short text.
   */
  String name();

  /**
   * Says what the runner is and can do.
   *
   * @return the traits.
   */
  Traits traits();

  /**
   * Starts afresh for an engine: nothing of earlier sessions is answered or found any more.
   *
   * @param session the engine's terms.
   * @throws IllegalArgumentException if the runner cannot serve such a session; naming the key to
   *     change.
   */
  void begin(RunnerSession session);

  /**
   * Takes work; at most one piece per branch is open.
   *
   * @param work that stays as it is until it is answered or its branch released.
   */
  void submit(Work work);

  /**
   * Tells that a branch was born at the end of another's path.
   *
   * @param parent branch, whose work was answered.
   * @param child branch; its path is its parent's.
   */
  void fork(int parent, int child);

  /**
   * Tells that a branch asks for no more tokens; its open work is not answered any more.
   *
   * @param branch to be forgotten; one that is not known is ignored.
   */
  void release(int branch);

  /**
   * Tells that a group is finished: no more trees of it will come.
   *
   * @param group its place in the run.
   * @param trees the numbers of its trees.
   * @return how long each tree held memory for keys and values, as far as it is attributed: blocks
   *     times nanoseconds, or another unit of memory times nanoseconds; 0 where the runner does not
   *     know.
   */
  long[] forget(int group, int[] trees);

  /**
   * Goes on for a while: quotes, computes and answers what it can.
   *
   * @param listener of quotes and answers, called from within.
   * @return the number of things done; 0 if there was nothing to do or nothing could be done.
   */
  int poll(RunnerListener listener);

  /**
   * Reads and checks other weights for this model, while work goes on with those in use.
   *
   * @param folder of the weights.
   * @return weights to be given to {@link #adopt}, or closed.
   * @throws WeightsException if they cannot be read, are not of this model, or cannot be changed.
   * @thread any, one at a time; not the engine thread.
   */
  LoadedWeights load(Path folder);

  /**
   * Says whether the next weights may come now, or must wait for old trees to end.
   *
   * @return true if {@link #adopt} may be called.
   */
  boolean mayAdopt();

  /**
   * Goes over to loaded weights.
   *
   * @param weights of {@link #load}; owned by the runner from now on.
   * @param version of the weights, one more than the last.
   */
  void adopt(LoadedWeights weights, int version);

  /**
   * Returns the version of the newest weights.
   *
   * @return the version, from 0.
   */
  int policyVersion();

  /**
   * Returns what the runner did since {@link #begin}, by name.
   *
   * @return counts, among them {@link #HELD_NS} where the runner holds memory.
   */
  Map<String, Long> counters();

  /** The counter that says how long memory was held in all. */
  String HELD_NS = "block_ns";

  /**
   * Describes the memory for keys and values, for plans.
   *
   * @return a line, or empty where the runner does not know.
   */
  default String memory() {
    return "";
  }

  /**
   * Remarks on how well the runner works here, for the log.
   *
   * @return the remark, or {@link Remark#NONE}.
   */
  default Remark remark() {
    return Remark.NONE;
  }

  /**
   * Holds a remark.
   *
   * @param text of one line, or empty.
   * @param isWarning whether people should see it at once.
   */
  record Remark(String text, boolean isWarning) {
    /** Nothing to remark. */
    public static final Remark NONE = new Remark("", false);
  }

  /** Releases the model. */
  @Override
  void close();
}
