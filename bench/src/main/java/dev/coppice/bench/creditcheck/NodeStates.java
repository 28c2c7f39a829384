package dev.coppice.bench.creditcheck;

import dev.coppice.environments.canonical.ValuedEpisode;
import dev.coppice.episode.ActionParser;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Observation;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Arrays;

/**
 * Replays the calls of a tree and keeps the world after each node that a call or the start closed.
 *
 * <p>A node inside a turn leaves the world as it was; its value is not known to the solver apart from
 * its parent's and stays {@code NaN}.
 *
 * @thread one.
 */
public final class NodeStates {
  private final TrajectoryTree tree;
  private final Episode[] worlds;
  private final ActionParser[] parsers;
  private final double[] exact;

  private NodeStates(final TrajectoryTree tree) {
    this.tree = tree;
    this.worlds = new Episode[tree.nodes().size()];
    this.parsers = new ActionParser[tree.nodes().size()];
    this.exact = new double[tree.nodes().size()];
    Arrays.fill(exact, Double.NaN);
  }

  /**
   * Replays a tree.
   *
   * @param tree of a finished run.
   * @param environment the tree was grown in.
   * @param tokenizer of the model.
   * @param seed the episode was started with; worlds without chance ignore it.
   * @return the world after each node.
   * @throws IllegalStateException if the world answers otherwise than it did in the run.
   */
  public static NodeStates replay(
      final TrajectoryTree tree,
      final Environment environment,
      final Tokenizer tokenizer,
      final long seed) {
    final NodeStates states = new NodeStates(tree);
    states.worlds[0] = environment.start(tree.task(), seed);
    states.parsers[0] = new ActionParser(environment.dialect());
    states.exact[0] = value(states.worlds[0]);
    for (int id = 1; id < states.worlds.length; id++) {
      states.enter(id, tokenizer);
    }
    return states;
  }

  private void enter(final int id, final Tokenizer tokenizer) {
    final TrajectoryNode node = tree.node(id);
    worlds[id] = worlds[node.parent()].fork();
    parsers[id] = parsers[node.parent()].fork();
    if (node.isForced()) {
      for (final int token : node.tokens()) {
        parsers[id].accept(tokenizer.piece(token));
      }
      exact[id] = exact[node.parent()];
    } else if (node.kind() == NodeKind.OBSERVATION) {
      parsers[id].nextTurn();
      exact[id] = exact[node.parent()];
    } else {
      ActionParser.Signal last = ActionParser.Signal.NONE;
      for (final int token : node.tokens()) {
        last = parsers[id].accept(tokenizer.piece(token));
      }
      if (last == ActionParser.Signal.CALL && madeCall(id)) {
        call(id, tokenizer);
      }
    }
    final int leaf = tree.leafAt(id);
    if (leaf >= 0) {
      final Leaf end = tree.leaves().get(leaf);
      exact[id] = end.isScored() ? end.reward() : Double.NaN;
    }
  }

  private boolean madeCall(final int id) {
    return tree.calls().stream().anyMatch(call -> call.node() == id);
  }

  private void call(final int id, final Tokenizer tokenizer) {
    try {
      final Observation observation = worlds[id].call(parsers[id].content());
      exact[id] = value(worlds[id]);
      final boolean shown = id + 1 < worlds.length && tree.node(id + 1).parent() == id;
      final int[] tokens = tokenizer.encode(observation.text());
      if (shown && !Arrays.equals(tokens, tree.node(id + 1).tokens())) {
        throw new IllegalStateException(
            "the world answers differently than in the run: task="
                + tree.task().id()
                + " node="
                + id);
      }
    } catch (final RuntimeException e) {
      throw e;
    } catch (final Exception e) {
      throw new IllegalStateException("the world failed: task=" + tree.task().id(), e);
    }
  }

  private static double value(final Episode world) {
    return world instanceof ValuedEpisode valued ? valued.value() : Double.NaN;
  }

  /**
   * Returns the solver's value after each node.
   *
   * @return one value per node; at leaves the reward, {@code NaN} where it is not known.
   */
  public double[] exactValues() {
    return exact.clone();
  }

  /**
   * Returns whether a new turn starts after a node, so that the policy can be asked to continue there.
   *
   * @param id of the node.
   * @return true at the prompt and at observations that did not end the episode.
   */
  public boolean isTurnStart(final int id) {
    final NodeKind kind = tree.node(id).kind();
    return kind != NodeKind.ACTION && !tree.node(id).isForced() && tree.leafAt(id) < 0;
  }

  /**
   * Returns the world after a node.
   *
   * @param id of the node.
   * @return the world; fork it before changing it.
   */
  public Episode world(final int id) {
    return worlds[id];
  }

  /**
   * Returns all tokens from the root to a node.
   *
   * @param id of the node.
   * @return the path, the node's own tokens last.
   */
  public int[] path(final int id) {
    final int[] path = new int[tree.pathLength(id)];
    int end = path.length;
    for (int at = id; at >= 0; at = tree.node(at).parent()) {
      final int[] tokens = tree.node(at).tokens();
      end -= tokens.length;
      System.arraycopy(tokens, 0, path, end, tokens.length);
    }
    return path;
  }

  /**
   * Returns the tree.
   *
   * @return the tree that was replayed.
   */
  public TrajectoryTree tree() {
    return tree;
  }
}
