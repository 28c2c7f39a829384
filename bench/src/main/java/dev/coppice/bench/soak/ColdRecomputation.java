package dev.coppice.bench.soak;

import dev.coppice.decoder.DecoderBackend;
import dev.coppice.decoder.DecoderSettings;
import dev.coppice.decoder.batch.ForwardBatch;
import dev.coppice.decoder.batch.Logits;
import dev.coppice.decoder.sampling.Sampler;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes paths again, alone and from an empty cache, with the weights each token says it was
 * sampled from, and compares log-probabilities bit for bit.
 *
 * @thread one at a time.
 */
final class ColdRecomputation implements AutoCloseable {
  private static final int BLOCK_TOKENS = 16;

  private final List<DecoderBackend> backends = new ArrayList<>();
  private final ForwardBatch batch = new ForwardBatch();
  private final Logits logits = new Logits();
  private final Sampler sampler = new Sampler(SamplingSettings.PLAIN);
  private long checkedTokens;
  private int turn;

  /** Opens a backend for each folder; version {@code v} is that of folder {@code v % folders}. */
  ColdRecomputation(final List<Path> folders, final DecoderSettings settings) {
    for (final Path folder : folders) {
      final DecoderBackend backend = DecoderBackend.open(folder, settings);
      backend.allocate(backend.contextTokens() / BLOCK_TOKENS + 1, BLOCK_TOKENS);
      backends.add(backend);
    }
  }

  long checkedTokens() {
    return checkedTokens;
  }

  /** Checks one path of a group, another one each time. */
  void check(final GroupResult result) {
    final List<TrajectoryTree> trees = result.group().trees();
    final TrajectoryTree tree = trees.get(turn++ % trees.size());
    for (final Leaf each : tree.leaves()) {
      if (each.status() == LeafStatus.INFRA_FAILED || each.status() == LeafStatus.ENV_FAILED) {
        throw new IllegalStateException("a branch failed: " + each.failure());
      }
    }
    final Leaf leaf = tree.leaves().get(turn % tree.leaves().size());
    final List<TrajectoryNode> nodes = new ArrayList<>();
    for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
      nodes.addFirst(tree.node(id));
    }
    final int[] path =
        nodes.stream().flatMapToInt(n -> java.util.Arrays.stream(n.tokens())).toArray();
    final boolean[] done = new boolean[backends.size()];
    for (final TrajectoryNode node : nodes) {
      for (final TrajectoryNode.VersionRun run : node.versionRuns()) {
        final int weights = run.version() % backends.size();
        if (!done[weights]) {
          done[weights] = true;
          compare(nodes, path, weights, result.request().id());
        }
      }
    }
  }

  private void compare(
      final List<TrajectoryNode> nodes, final int[] path, final int weights, final String group) {
    final DecoderBackend backend = backends.get(weights);
    final int blocks = (path.length + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
    batch.clear();
    batch.addRow(0, path.length, blocks, 0);
    for (int i = 0; i < path.length; i++) {
      batch.token(0, i, path[i]);
    }
    for (int i = 0; i < blocks; i++) {
      batch.block(0, i, i);
    }
    backend.forward(batch, logits);
    int at = 0;
    for (final TrajectoryNode node : nodes) {
      int first = 0;
      for (final TrajectoryNode.VersionRun run : node.versionRuns()) {
        for (int i = first; i < first + run.length(); i++) {
          if (run.version() % backends.size() == weights) {
            same(at + i, node.tokens()[i], node.logprobs()[i], group + " version=" + run.version());
          }
        }
        first += run.length();
      }
      at += node.length();
    }
  }

  private void same(final int position, final int token, final float logprob, final String where) {
    final int size = logits.vocabularySize();
    sampler.load(logits.values(), logits.offset(position - 1), size);
    final float cold = sampler.logprob(token);
    if (Float.floatToRawIntBits(cold) != Float.floatToRawIntBits(logprob)) {
      throw new IllegalStateException(
          "not exact: group=%s position=%d token=%d sampled=%s cold=%s"
              .formatted(where, position, token, logprob, cold));
    }
    checkedTokens++;
  }

  @Override
  public void close() {
    backends.forEach(DecoderBackend::close);
  }
}
