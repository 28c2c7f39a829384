package dev.coppice.trajectory;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Holds one segment of a tree: tokens that were added in one go by one writer.
 *
 * <p>The tokens along a path from the root to a leaf are exactly those the model saw. Arrays are
 * owned by the node and must not be changed by readers.
 *
 * @shape tokens int[T]; logprobs float[T] on sampled nodes and float[0] elsewhere.
 * @unit logprobs are natural logarithms of the sampling distribution.
 * @param id of the node, its place in depth-first pre-order.
 * @param parent the id of the parent, always less than {@code id}, or -1 at the root.
 * @param kind says who wrote the tokens.
 * @param tokens of this node alone.
 * @param logprobs of each token where the node was sampled, else empty.
 * @param spans of the node in order of their start.
 * @param versionRuns the weights that sampled the tokens, run after run; they cover every token of
 *     a sampled node, and are empty elsewhere.
 * @param kvVersion the weights whose keys and values the end of the node was computed from.
 * @param cachedTokens the tokens of this node whose keys and values were found in the cache.
 * @param state digest of the world after this node, or null.
 * @param branch the decision on the number of children, or null at a leaf.
 * @param stepReward given by the environment for this node.
 * @param call the id of the call an observation answers, or {@link Span#NO_CALL}.
 * @param draws the samples that run through the node and share its tokens, at least 1.
 * @param marks what a trainer must know of the tokens.
 * @param kept which ids could have been drawn, where that was asked for.
 */
public record TrajectoryNode(
    int id,
    int parent,
    NodeKind kind,
    int[] tokens,
    float[] logprobs,
    List<Span> spans,
    List<VersionRun> versionRuns,
    int kvVersion,
    int cachedTokens,
    String state,
    BranchDecision branch,
    double stepReward,
    int call,
    int draws,
    Set<NodeMark> marks,
    Kept kept) {
  private static final float[] NO_LOGPROBS = {};

  /**
   * Holds for each token of a node which ids top-k, top-p and min-p kept, so that a trainer can make
   * the distribution again: the softmax of the changed logits over these ids.
   *
   * @shape counts int[T], or int[0] where nothing was kept; ids int[sum of counts], token after token.
   *     Not copied, must not change.
   * @param counts of the ids of each token; 0 where every token could be drawn.
   * @param ids the ids kept of a token, or, where that is shorter, {@code -1 - id} of each that was cut.
   */
  public record Kept(int[] counts, int[] ids) {
    /** Nothing was asked for. */
    public static final Kept NONE = new Kept(new int[0], new int[0]);

    /** Checks that the ids add up. */
    public Kept {
      int sum = 0;
      for (final int count : counts) {
        sum += count;
      }
      if (sum != ids.length) {
        throw new IllegalArgumentException(
            "kept ids must add up: counts=" + sum + " ids=" + ids.length);
      }
    }

    /**
     * Joins the ids of tokens.
     *
     * @param ofTokens the ids of each token, null where nobody said; or null for none at all.
     * @param length the number of tokens.
     * @return the ids token after token.
     */
    public static Kept of(final int[][] ofTokens, final int length) {
      if (ofTokens == null || length == 0) {
        return NONE;
      }
      final int[] counts = new int[length];
      int sum = 0;
      for (int i = 0; i < Math.min(length, ofTokens.length); i++) {
        counts[i] = ofTokens[i] == null ? 0 : ofTokens[i].length;
        sum += counts[i];
      }
      final int[] ids = new int[sum];
      int at = 0;
      for (int i = 0; i < length; i++) {
        if (counts[i] > 0) {
          System.arraycopy(ofTokens[i], 0, ids, at, counts[i]);
          at += counts[i];
        }
      }
      return new Kept(counts, ids);
    }

    /**
     * Returns whether anything was asked for.
     *
     * @return true if there are counts.
     */
    public boolean isThere() {
      return counts.length > 0;
    }

    /**
     * Returns whether two say the same of every token; records compare arrays by identity.
     *
     * @param other to compare with.
     * @return true if nothing differs.
     */
    public boolean isSameAs(final Kept other) {
      return Arrays.equals(ids, other.ids)
          && (ids.length == 0 || Arrays.equals(counts, other.counts));
    }
  }

  /**
   * Says which weights sampled a run of tokens of one node.
   *
   * @param version of the weights, from 0.
   * @param length of the run in tokens.
   */
  public record VersionRun(int version, int length) {
    /** Checks the ranges. */
    public VersionRun {
      if (version < 0 || length < 1) {
        throw new IllegalArgumentException(
            "a run needs a version and tokens: version=" + version + " length=" + length);
      }
    }

    /**
     * Gives all tokens of a node to one version.
     *
     * @param version of the weights.
     * @param length of the node in tokens.
     * @return one run, or none if there is no token.
     */
    public static List<VersionRun> all(final int version, final int length) {
      return length == 0 ? List.of() : List.of(new VersionRun(version, length));
    }
  }

  /** Checks that the arrays fit the kind and the parent comes first. */
  public TrajectoryNode {
    Objects.requireNonNull(kind, "kind is null");
    spans = List.copyOf(spans);
    versionRuns = List.copyOf(versionRuns);
    marks = Set.copyOf(marks);
    if (draws < 1) {
      throw new IllegalArgumentException(
          "a node stands for at least one draw: id=" + id + " draws=" + draws);
    }
    if (parent >= id || parent < -1) {
      throw new IllegalArgumentException(
          "parent must come before its child: id=" + id + " parent=" + parent);
    }
    final int expected = kind.isSampled() ? tokens.length : 0;
    if (logprobs.length != expected) {
      throw new IllegalArgumentException(
          "one logprob per sampled token: id="
              + id
              + " tokens="
              + tokens.length
              + " logprobs="
              + logprobs.length);
    }
    requireRuns(id, expected, versionRuns);
    if (kept.isThere() && kept.counts().length != expected) {
      throw new IllegalArgumentException(
          "one count of kept ids per sampled token: id="
              + id
              + " tokens="
              + expected
              + " counts="
              + kept.counts().length);
    }
  }

  /**
   * Makes a node of one draw without marks.
   *
   * @param id of the node, its place in depth-first pre-order.
   * @param parent the id of the parent, always less than {@code id}, or -1 at the root.
   * @param kind says who wrote the tokens.
   * @param tokens of this node alone.
   * @param logprobs of each token where the node was sampled, else empty.
   * @param spans of the node in order of their start.
   * @param versionRuns the weights that sampled the tokens, run after run.
   * @param kvVersion the weights whose keys and values the end of the node was computed from.
   * @param cachedTokens the tokens of this node whose keys and values were found in the cache.
   * @param state digest of the world after this node, or null.
   * @param branch the decision on the number of children, or null at a leaf.
   * @param stepReward given by the environment for this node.
   * @param call the id of the call an observation answers, or {@link Span#NO_CALL}.
   */
  public TrajectoryNode(
      final int id,
      final int parent,
      final NodeKind kind,
      final int[] tokens,
      final float[] logprobs,
      final List<Span> spans,
      final List<VersionRun> versionRuns,
      final int kvVersion,
      final int cachedTokens,
      final String state,
      final BranchDecision branch,
      final double stepReward,
      final int call) {
    this(
        id,
        parent,
        kind,
        tokens,
        logprobs,
        spans,
        versionRuns,
        kvVersion,
        cachedTokens,
        state,
        branch,
        stepReward,
        call,
        1,
        Set.of(),
        Kept.NONE);
  }

  private static void requireRuns(final int id, final int tokens, final List<VersionRun> runs) {
    int covered = 0;
    for (final VersionRun run : runs) {
      covered += run.length();
    }
    if (covered != tokens) {
      throw new IllegalArgumentException(
          "version runs must cover the sampled tokens: id="
              + id
              + " covered="
              + covered
              + " sampled="
              + tokens);
    }
  }

  /**
   * Returns the oldest weights that sampled a token of this node; versions never fall along a path.
   *
   * @return the version of the first token; 0 where nothing was sampled.
   */
  public int policyVersion() {
    return versionRuns.isEmpty() ? 0 : versionRuns.getFirst().version();
  }

  /**
   * Makes a prompt node.
   *
   * @param tokens of the prompt.
   * @return the root of a tree.
   */
  public static TrajectoryNode prompt(final int[] tokens) {
    return new TrajectoryNode(
        0,
        -1,
        NodeKind.PROMPT,
        tokens,
        NO_LOGPROBS,
        List.of(),
        List.of(),
        0,
        0,
        null,
        null,
        0.0,
        -1);
  }

  /**
   * Makes a plain action node, as tests and importers need it.
   *
   * @param id of the node.
   * @param parent of the node.
   * @param tokens sampled.
   * @param logprobs one per token.
   * @return a node of version 0 without spans, state or decision.
   */
  public static TrajectoryNode action(
      final int id, final int parent, final int[] tokens, final float[] logprobs) {
    return new TrajectoryNode(
        id,
        parent,
        NodeKind.ACTION,
        tokens,
        logprobs,
        List.of(),
        VersionRun.all(0, tokens.length),
        0,
        0,
        null,
        null,
        0.0,
        -1);
  }

  /**
   * Makes an observation node.
   *
   * @param id of the node.
   * @param parent of the node.
   * @param tokens the environment wrote.
   * @param call it answers, or {@link Span#NO_CALL}.
   * @return a node without log-probabilities.
   */
  public static TrajectoryNode observation(
      final int id, final int parent, final int[] tokens, final int call) {
    return new TrajectoryNode(
        id,
        parent,
        NodeKind.OBSERVATION,
        tokens,
        NO_LOGPROBS,
        List.of(),
        List.of(),
        0,
        0,
        null,
        null,
        0.0,
        call);
  }

  /**
   * Copies the node with another place in the tree.
   *
   * @param newId of the copy.
   * @param newParent of the copy.
   * @return a node that shares this node's arrays.
   */
  public TrajectoryNode at(final int newId, final int newParent) {
    return copy(newId, newParent, marks, draws);
  }

  /**
   * Copies the node for another number of draws and with other marks.
   *
   * @param newDraws the samples that run through the copy, at least 1.
   * @param newMarks what a trainer must know of the tokens.
   * @return a node that shares this node's arrays.
   */
  public TrajectoryNode with(final int newDraws, final Set<NodeMark> newMarks) {
    return copy(id, parent, newMarks, newDraws);
  }

  private TrajectoryNode copy(
      final int newId, final int newParent, final Set<NodeMark> newMarks, final int newDraws) {
    return new TrajectoryNode(
        newId,
        newParent,
        kind,
        tokens,
        logprobs,
        spans,
        versionRuns,
        kvVersion,
        cachedTokens,
        state,
        branch,
        stepReward,
        call,
        newDraws,
        newMarks,
        kept);
  }

  /**
   * Returns whether nobody sampled the tokens though they stand in the middle of a turn, as the mark
   * that ends thoughts by force.
   *
   * @return true for an observation that is scaffolding alone.
   */
  public boolean isForced() {
    return kind == NodeKind.OBSERVATION
        && !spans.isEmpty()
        && spans.stream().allMatch(span -> span.kind() == SpanKind.TEMPLATE);
  }

  /**
   * Returns the number of tokens this node adds.
   *
   * @return the number of tokens this node adds.
   */
  public int length() {
    return tokens.length;
  }
}
