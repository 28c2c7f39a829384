package dev.coppice.bridge.wire;

import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.Span;
import java.util.List;

/**
 * Holds one node of a group as the wire carries it; a shared prefix stands in one row.
 *
 * <p>Rows of a group stand in depth-first pre-order. The loss over a group with each shared token
 * trained once is {@code sum over rows of multiplicity * sum over tokens of mask * f(token)},
 * divided by what the flat form divides by: {@code sum of multiplicity * mask}.
 *
 * @shape tokens int[T], logprobs float[T], lossMask byte[T], advantages float[T] or null.
 * @unit logprobs are natural logarithms, 0 where nothing was sampled.
 * @param group the number of the group.
 * @param node the place of the row in its group, from 0.
 * @param parent the place of the parent, or -1.
 * @param startPos the tokens on the path before this node.
 * @param turn the observations on the path before this node.
 * @param kind says who wrote the tokens.
 * @param tokens of the node alone.
 * @param logprobs of the tokens.
 * @param lossMask 1 where the token was sampled and some path through it has a reward.
 * @param advantages of the tokens, or null where the node has none.
 * @param multiplicity the number of paths with a reward that run through the node.
 * @param pathWeight the product of 1/children over the node's ancestors in its own tree.
 * @param versionRuns of the tokens.
 * @param kvVersion the weights whose keys and values the node was computed from.
 * @param cachedTokens the tokens whose keys and values were found in the cache.
 * @param spans in tokens from the node's first.
 * @param tree the place of the node's tree in the group.
 * @param source the id of the node in its tree.
 */
public record NodeRow(
    long group,
    int node,
    int parent,
    int startPos,
    int turn,
    NodeKind kind,
    int[] tokens,
    float[] logprobs,
    byte[] lossMask,
    float[] advantages,
    int multiplicity,
    float pathWeight,
    List<VersionRun> versionRuns,
    int kvVersion,
    int cachedTokens,
    List<Span> spans,
    int tree,
    int source) {
  /** Copies the lists. */
  public NodeRow {
    versionRuns = List.copyOf(versionRuns);
    spans = List.copyOf(spans);
  }
}
