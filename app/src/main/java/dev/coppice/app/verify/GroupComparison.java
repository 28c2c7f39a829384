package dev.coppice.app.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.folder.StoredTree;
import dev.coppice.app.folder.TraceLines;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.TrajectoryTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares the lines of a group with those its journal gives, the credit left out: {@link
 * AdvantageCheck} derives that.
 *
 * @thread any; stateless.
 */
final class GroupComparison {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "format";

  /** Credit is derived elsewhere, and a replay has no model whose memory trees could hold. */
  private static final Set<String> LEFT_OUT = Set.of("credit", "block_ns");

  private GroupComparison() {}

  /** Says where they first differ, or returns null where they are equal. */
  static String difference(final List<String> lines, final String arm, final GroupResult result) {
    final List<TrajectoryTree> trees = result.group().trees();
    if (lines.size() != trees.size()) {
      return "trees: stored " + lines.size() + ", the journal gives " + trees.size();
    }
    try {
      for (int i = 0; i < trees.size(); i++) {
        final StoredTree tree =
            new StoredTree(
                arm,
                trees.size(),
                new Trace(trees.get(i), List.of()).in(result.group()),
                result.ledgers().get(i));
        final String derived = new String(TraceLines.line(tree), StandardCharsets.UTF_8);
        final JsonNode stored = JSON.readTree(lines.get(i));
        final String found = difference("", stored, asOld(stored, JSON.readTree(derived)));
        if (found != null) {
          return "tree " + i + ": " + found;
        }
      }
      return null;
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("lines that were read once can be read again", e);
    }
  }

  /** Takes out of a line what the older format of another lacks: draws, all 1 then, and marks. */
  private static JsonNode asOld(final JsonNode stored, final JsonNode derived) {
    if (!stored.path(FORMAT).equals(derived.path(FORMAT))) {
      ((ObjectNode) derived).set(FORMAT, stored.path(FORMAT));
      for (final JsonNode node : derived.path("nodes")) {
        ((ObjectNode) node).remove("provenance");
      }
    }
    return derived;
  }

  private static String difference(
      final String place, final JsonNode stored, final JsonNode derived) {
    if (stored.equals(derived)) {
      return null;
    }
    if (stored.isObject() && derived.isObject()) {
      final Set<String> names = new TreeSet<>();
      derived.fieldNames().forEachRemaining(names::add);
      stored.fieldNames().forEachRemaining(names::add);
      names.removeAll(LEFT_OUT);
      for (final String name : names) {
        final String at = place.isEmpty() ? name : place + "." + name;
        final String found = difference(at, stored.path(name), derived.path(name));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    if (stored.isArray() && derived.isArray() && stored.size() == derived.size()) {
      for (int i = 0; i < stored.size(); i++) {
        final String found = difference(place + "[" + i + "]", stored.path(i), derived.path(i));
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    return place + ": stored " + text(stored) + ", the journal gives " + text(derived);
  }

  private static String text(final JsonNode node) {
    return node.isMissingNode()
        ? "nothing"
        : node.isArray() ? node.size() + " values" : node.toString();
  }
}
