package dev.coppice.app.explorer.shown;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.PlainJson;
import dev.coppice.app.explorer.index.ShownGroup;
import dev.coppice.app.explorer.index.TokenText;
import dev.coppice.credit.forest.Forest;
import dev.coppice.credit.forest.SubtreeValues;
import dev.coppice.credit.tool.CallContrast;
import dev.coppice.credit.tool.CallContrasts;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows the trees of a group: every node with its numbers and the beginning of its text.
 *
 * @thread any; stateless.
 */
public final class TreeView {
  private static final int SNIPPET_TOKENS = 48;

  private TreeView() {}

  /**
   * Makes a group's trees.
   *
   * @param run of the group.
   * @param index row of the group.
   * @param estimator that scores, or an empty string for the run's first.
   * @return the trees, or an object with {@code gone} where the trainer has taken them.
   */
  public static ObjectNode of(final ExploredRun run, final int index, final String estimator) {
    final ObjectNode root = PlainJson.MAPPER.createObjectNode();
    final ShownGroup shown = run.group(index);
    if (shown == null) {
      return root.put("gone", true);
    }
    root.put("group", shown.group().id()).put("arm", shown.arm()).put("n", shown.number());
    root.put("task", shown.group().task().id()).put("input", shown.group().task().input());
    final ShownCredit credit = ShownCredit.of(run, shown, estimator);
    if (credit != null) {
      root.put("estimator", credit.estimator().name());
      credit.estimator().options().forEach(root.putObject("options")::put);
    }
    final Forest forest = new Forest(shown.group());
    final SubtreeValues values = SubtreeValues.overChildren(forest, forest.rewards());
    final Map<Long, CallContrast> contrasts = new HashMap<>();
    CallContrasts.of(shown.group())
        .forEach(contrast -> contrasts.put(key(contrast.tree(), contrast.call()), contrast));
    final ArrayNode trees = root.putArray("trees");
    for (int place = 0; place < shown.group().trees().size(); place++) {
      final TrajectoryTree tree = shown.group().trees().get(place);
      final ObjectNode node = trees.addObject();
      node.put("tree", tree.tree());
      nodes(node.putArray("nodes"), tree, run.text());
      values(node, forest, values, place);
      if (credit != null) {
        advantages(node.putArray("advantages"), credit, place, tree);
      }
      calls(node.putArray("calls"), tree, place, contrasts);
      leaves(node.putArray("leaves"), tree, credit, place);
    }
    return root;
  }

  private static long key(final int tree, final int call) {
    return ((long) tree << 32) | call;
  }

  private static void nodes(final ArrayNode list, final TrajectoryTree tree, final TokenText text) {
    final int[] pathTokens = new int[tree.nodes().size()];
    for (final TrajectoryNode node : tree.nodes()) {
      final int above = node.parent() < 0 ? 0 : pathTokens[node.parent()];
      pathTokens[node.id()] = above + node.length();
      final ObjectNode out = list.addObject();
      out.put("parent", node.parent()).put("kind", node.kind().wireName());
      out.put("length", node.length()).put("draws", node.draws());
      PlainJson.put(out, "weight", tree.pathWeight(node.id()));
      out.put("cached", node.cachedTokens());
      if (node.state() != null) {
        out.put("state", node.state());
      }
      if (node.kind().isSampled()) {
        out.put("version", node.policyVersion());
        double sum = 0;
        for (final float logprob : node.logprobs()) {
          sum += logprob;
        }
        PlainJson.put(out, "logprob", sum);
      }
      if (node.branch() != null) {
        out.putObject("branch")
            .put("policy", node.branch().policy())
            .put("children", node.branch().children())
            .put("value", PlainJson.rounded(node.branch().value()));
      }
      final long more =
          node.branch() == null
              ? tree.childCount(node.id()) - 1
              : (node.branch().children() - 1L) * node.draws();
      if (more > 0) {
        // Chains would have computed the path again for each further child.
        out.put("saved", more * pathTokens[node.id()]);
      }
      if (node.stepReward() != 0) {
        PlainJson.put(out, "step_reward", node.stepReward());
      }
      node.marks().forEach(mark -> out.withArray("marks").add(mark.wireName()));
      final int shownTokens = Math.min(SNIPPET_TOKENS, node.length());
      out.put("text", text.text(Arrays.copyOf(node.tokens(), shownTokens)));
      out.put("cut", shownTokens < node.length());
    }
  }

  private static void values(
      final ObjectNode into, final Forest forest, final SubtreeValues values, final int place) {
    final ArrayNode list = into.putArray("values");
    for (int i = forest.treeStart(place); i < forest.treeStart(place + 1); i++) {
      number(list, values.value(forest.isPrompt(i) ? forest.stem() : i));
    }
  }

  private static void number(final ArrayNode list, final double value) {
    if (Double.isFinite(value)) {
      list.add(PlainJson.rounded(value));
    } else {
      list.addNull();
    }
  }

  private static void advantages(
      final ArrayNode list, final ShownCredit credit, final int place, final TrajectoryTree tree) {
    for (int id = 0; id < tree.nodes().size(); id++) {
      number(list, credit.mean(place, id));
    }
  }

  private static void calls(
      final ArrayNode list,
      final TrajectoryTree tree,
      final int place,
      final Map<Long, CallContrast> contrasts) {
    for (final ToolCall call : tree.calls()) {
      final ObjectNode out = list.addObject();
      out.put("id", call.id()).put("node", call.node()).put("tool", call.tool());
      out.put("arguments", call.arguments()).put("status", call.status().wireName());
      if (call.correct() != null) {
        out.put("correct", call.correct());
      }
      out.put("latency_us", call.latencyUs()).put("provenance", call.provenance());
      final CallContrast contrast = contrasts.get(key(place, call.id()));
      if (contrast != null) {
        PlainJson.put(out, "credit", contrast.advantage());
        PlainJson.put(out, "credit_error", contrast.standardError());
        out.put("siblings", contrast.siblings());
      }
    }
  }

  private static void leaves(
      final ArrayNode list, final TrajectoryTree tree, final ShownCredit credit, final int place) {
    for (final Leaf leaf : tree.leaves()) {
      final ObjectNode out = list.addObject();
      out.put("node", leaf.node()).put("status", leaf.status().wireName());
      out.put("stop", leaf.stop().wireName()).put("draws", leaf.draws());
      PlainJson.put(out, "reward", leaf.reward());
      if (credit != null) {
        PlainJson.put(out, "advantage", credit.blocks().get(place).advantageOfLeaf(leaf.node()));
      }
      final ObjectNode components = out.putObject("components");
      leaf.components().forEach((name, value) -> PlainJson.put(components, name, value));
      if (leaf.answer() != null) {
        out.put("answer", leaf.answer());
      }
      if (leaf.failure() != null) {
        out.put(
            "failure",
            leaf.failure().boundary().wireName()
                + " "
                + leaf.failure().code()
                + ": "
                + leaf.failure().message());
      }
    }
  }

  /**
   * Explains the advantage of a node, as {@code credit --explain} does.
   *
   * @param run of the group.
   * @param index row of the group.
   * @param estimator that scores, or an empty string for the run's first.
   * @param tree place of the tree in the group.
   * @param node of the tree.
   * @return the lines.
   * @throws IllegalArgumentException if there is no such node.
   */
  public static ArrayNode explain(
      final ExploredRun run,
      final int index,
      final String estimator,
      final int tree,
      final int node) {
    final ArrayNode lines = PlainJson.MAPPER.createArrayNode();
    final ShownGroup shown = run.group(index);
    final ShownCredit credit = shown == null ? null : ShownCredit.of(run, shown, estimator);
    if (credit == null) {
      return lines;
    }
    final List<TrajectoryTree> trees = shown.group().trees();
    if (tree < 0 || tree >= trees.size() || node < 0 || node >= trees.get(tree).nodes().size()) {
      throw new IllegalArgumentException("no such node: tree=" + tree + " node=" + node);
    }
    credit.estimator().explain(shown.group(), tree, node).forEach(lines::add);
    return lines;
  }
}
