package dev.coppice.remote.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Arrays;
import java.util.Set;

/** Knows what a policy of letters says of a path, as a person would write it down. */
final class LetterPaths {
  private LetterPaths() {}

  static double logprob(final LetterPolicy policy, final int[] path, final int length) {
    final float[] scores = new float[LetterTokenizer.ALPHABET.length()];
    policy.scores(path, length, scores, 0);
    double sum = 0;
    for (final float score : scores) {
      sum += Math.exp(score);
    }
    return scores[path[length]] - Math.log(sum);
  }

  static int[] path(final TrajectoryTree tree, final int leaf) {
    int[] path = {};
    for (int at = leaf; at >= 0; at = tree.nodes().get(at).parent()) {
      final TrajectoryNode node = tree.nodes().get(at);
      final int[] longer = new int[node.length() + path.length];
      for (int i = 0; i < node.length(); i++) {
        longer[i] = node.tokens()[i];
      }
      System.arraycopy(path, 0, longer, node.length(), path.length);
      path = longer;
    }
    return path;
  }

  /** Compares every log-probability along a path with the policy of the token's version. */
  static void check(final TrajectoryTree tree, final int leaf, final Set<Integer> versions) {
    final int[] path = path(tree, leaf);
    int end = path.length;
    for (int at = leaf; at >= 0; at = tree.nodes().get(at).parent()) {
      final TrajectoryNode node = tree.nodes().get(at);
      int position = end - node.length();
      if (node.kind().isSampled()) {
        int index = 0;
        for (final TrajectoryNode.VersionRun versionRun : node.versionRuns()) {
          versions.add(versionRun.version());
          final LetterPolicy policy = new LetterPolicy(3.0, versionRun.version());
          for (int i = 0; i < versionRun.length(); i++, index++, position++) {
            assertEquals(logprob(policy, path, position), node.logprobs()[index], 1e-4);
          }
        }
      }
      end -= node.length();
    }
  }

  /** Computes the entropy of the token that follows the beginning of a path. */
  static double entropy(final LetterPolicy policy, final int[] path, final int length) {
    final int[] next = Arrays.copyOf(path, length + 1);
    double entropy = 0;
    for (int token = 0; token < LetterTokenizer.ALPHABET.length(); token++) {
      next[length] = token;
      final double logprob = logprob(policy, next, length);
      entropy -= Math.exp(logprob) * logprob;
    }
    return entropy;
  }
}
