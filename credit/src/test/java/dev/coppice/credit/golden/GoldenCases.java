package dev.coppice.credit.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the reference vectors and builds their trees. */
final class GoldenCases {
  private GoldenCases() {}

  private static JsonNode root() {
    try (InputStream stream = GoldenCases.class.getResourceAsStream("golden-credit.json")) {
      return new ObjectMapper().readTree(stream);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode find(final String prefix) {
    for (final JsonNode each : root().get("cases")) {
      if (each.get("id").asText().startsWith(prefix)) {
        return each;
      }
    }
    throw new IllegalArgumentException("no such golden case: prefix=" + prefix);
  }

  static double tolerance() {
    return root().get("tolerance").asDouble();
  }

  static double[] doubles(final JsonNode array) {
    final double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble(Double.NaN);
    }
    return values;
  }

  static GroupAdvantages run(
      final TrajectoryGroup group, final String estimator, final String... options) {
    return estimator(estimator, options).estimate(group);
  }

  static AdvantageEstimator estimator(final String name, final String... options) {
    final Map<String, String> map = new LinkedHashMap<>();
    for (final String option : options) {
      final int equals = option.indexOf('=');
      map.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return Estimators.create(name, map);
  }

  /** Compares all leaf scalars of a group, tree after tree. */
  static void assertLeaves(final JsonNode expected, final GroupAdvantages actual) {
    final double[] want = doubles(expected);
    int i = 0;
    for (int t = 0; t < actual.group().trees().size(); t++) {
      for (int l = 0; l < actual.group().trees().get(t).leaves().size(); l++) {
        assertEquals(
            want[i++], actual.leafAdvantage(t, l), tolerance(), "tree " + t + " leaf " + l);
      }
    }
    assertEquals(want.length, i);
  }

  /** The tree of case G06 with the place of each name. */
  record Named(TrajectoryGroup group, Map<String, Integer> id) {
    static Named g06() {
      return of(null);
    }

    /** Takes entropies per node, as constant log-probabilities. */
    static Named of(final JsonNode entropies) {
      final JsonNode tree = find("G06").at("/input/tree");
      final TreeScript script = new TreeScript(0);
      final Map<String, Integer> id = new LinkedHashMap<>();
      id.put("root", 0);
      grow("root", tree, script, id, entropies);
      return new Named(script.group(), id);
    }

    private static void grow(
        final String parent,
        final JsonNode tree,
        final TreeScript script,
        final Map<String, Integer> id,
        final JsonNode entropies) {
      for (final String name : names(tree)) {
        final JsonNode node = tree.get(name);
        if (parent.equals(node.get("parent").asText(""))) {
          final float[] logprobs = new float[node.get("len").asInt()];
          if (entropies != null) {
            java.util.Arrays.fill(logprobs, (float) -entropies.get(name).asDouble());
          }
          final int place = script.action(id.get(parent), logprobs);
          id.put(name, place);
          grow(name, tree, script, id, entropies);
          if (node.has("R")) {
            script.leaf(place, node.get("R").asDouble());
          }
        }
      }
    }

    void assertNodes(final JsonNode expected, final GroupAdvantages actual) {
      for (final String name : names(expected)) {
        if (!"root".equals(name)) {
          final double want = expected.get(name).asDouble();
          assertEquals(want, actual.nodeValue(0, id.get(name)), tolerance(), name);
          for (final float token : actual.nodeAdvantages(0, id.get(name))) {
            assertEquals(want, token, tolerance(), name);
          }
        }
      }
    }

    void assertLeavesByName(final JsonNode expected, final GroupAdvantages actual) {
      final TrajectoryTree tree = group.trees().get(0);
      for (final String name : names(expected)) {
        final int leaf = tree.leafAt(id.get(name));
        assertEquals(
            expected.get(name).asDouble(), actual.leafAdvantage(0, leaf), tolerance(), name);
      }
    }
  }

  static List<String> names(final JsonNode object) {
    final List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
