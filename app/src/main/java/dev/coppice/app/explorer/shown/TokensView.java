package dev.coppice.app.explorer.shown;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.PlainJson;
import dev.coppice.app.explorer.index.ShownGroup;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Shows the tokens of a path, or of every node of a tree, as the model saw them.
 *
 * @thread any; stateless.
 * @cost one pass over the tokens; the text of a token is written once, however often it stands there.
 */
public final class TokensView {
  /** Asks for the nodes of the whole tree instead of one path. */
  public static final int ALL = -1;

  private TokensView() {}

  /**
   * Names what to show.
   *
   * @param group row of the group.
   * @param tree place of the tree in the group.
   * @param node the last node of the path, or {@link #ALL}.
   */
  public record Path(int group, int tree, int node) {}

  /**
   * Makes the tokens.
   *
   * @param run of the group.
   * @param path to show.
   * @param estimator that scores, or an empty string for the run's first.
   * @return JSON: {@code nodes} with their ids, numbers and spans, and {@code pieces} by id.
   */
  public static byte[] of(final ExploredRun run, final Path path, final String estimator) {
    final ShownGroup shown = run.group(path.group());
    if (shown == null) {
      return PlainJson.bytes(PlainJson.MAPPER.createObjectNode().put("gone", true));
    }
    final List<TrajectoryTree> trees = shown.group().trees();
    if (path.tree() < 0 || path.tree() >= trees.size()) {
      throw new IllegalArgumentException("no such tree: tree=" + path.tree());
    }
    final TrajectoryTree tree = trees.get(path.tree());
    final List<TrajectoryNode> nodes = nodes(tree, path.node());
    final ShownCredit credit = ShownCredit.of(run, shown, estimator);
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final TreeSet<Integer> ids = new TreeSet<>();
    try (JsonGenerator out = PlainJson.MAPPER.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeArrayFieldStart("nodes");
      for (final TrajectoryNode node : nodes) {
        node(out, node, credit == null ? null : advantages(credit, path.tree(), node));
        for (final int token : node.tokens()) {
          ids.add(token);
        }
      }
      out.writeEndArray();
      out.writeObjectFieldStart("pieces");
      for (final int token : ids) {
        out.writeStringField(Integer.toString(token), run.text().piece(token));
      }
      out.writeEndObject();
      out.writeEndObject();
    } catch (final IOException e) {
      throw new UncheckedIOException("tokens cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static List<TrajectoryNode> nodes(final TrajectoryTree tree, final int last) {
    if (last == ALL) {
      return tree.nodes();
    }
    if (last < 0 || last >= tree.nodes().size()) {
      throw new IllegalArgumentException("no such node: node=" + last);
    }
    final List<TrajectoryNode> path = new ArrayList<>();
    for (int id = last; id >= 0; id = tree.node(id).parent()) {
      path.add(tree.node(id));
    }
    return path.reversed();
  }

  private static float[] advantages(
      final ShownCredit credit, final int tree, final TrajectoryNode node) {
    return credit.blocks().get(tree).advantagesOf(node.id());
  }

  private static void node(
      final JsonGenerator out, final TrajectoryNode node, final float[] advantages)
      throws IOException {
    out.writeStartObject();
    out.writeNumberField("id", node.id());
    out.writeStringField("kind", node.kind().wireName());
    out.writeNumberField("call", node.call());
    out.writeNumberField("cached", node.cachedTokens());
    out.writeFieldName("ids");
    out.writeArray(node.tokens(), 0, node.length());
    if (node.logprobs().length > 0) {
      numbers(out, "logprobs", node.logprobs());
    }
    if (advantages != null) {
      numbers(out, "advantages", advantages);
    }
    out.writeArrayFieldStart("spans");
    for (final Span span : node.spans()) {
      out.writeStartArray();
      out.writeNumber(span.start());
      out.writeNumber(span.length());
      out.writeString(span.kind().wireName());
      out.writeNumber(span.call());
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("versions");
    for (final TrajectoryNode.VersionRun run : node.versionRuns()) {
      out.writeArray(new int[] {run.version(), run.length()}, 0, 2);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void numbers(final JsonGenerator out, final String name, final float[] values)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (final float value : values) {
      if (Float.isFinite(value)) {
        out.writeNumber((float) PlainJson.rounded(value));
      } else {
        out.writeNull();
      }
    }
    out.writeEndArray();
  }
}
