package dev.coppice.app.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.allocation.GroupOutcome;
import dev.coppice.rollout.GroupResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds what a group teaches later ones, on this engine and on others of a fleet.
 *
 * @param group its number.
 * @param outcome what sizes and shapes of groups are learned from, or null if nobody grew the group.
 * @param told texts by the names of the estimators that learn; empty where there is no tree.
 */
record Lesson(long group, GroupOutcome outcome, Map<String, String> told) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  Lesson {
    told = Map.copyOf(told);
  }

  /** Sums up a group that ended here. */
  static Lesson of(final GroupResult result, final Map<String, String> told) {
    final List<GroupOutcome.Tree> trees = new ArrayList<>();
    for (int i = 0; i < result.ledgers().size(); i++) {
      trees.add(
          GroupOutcome.Tree.of(
              result.group().trees().get(i), result.ledgers().get(i).computedTokens()));
    }
    return new Lesson(
        result.request().index(), new GroupOutcome(result.request().taskIndex(), trees), told);
  }

  /** Whether there is something an estimator must have told of. */
  boolean hasTrees() {
    return outcome != null && !outcome.trees().isEmpty();
  }

  /** Writes the lesson as docs/BRIDGE.md has it. */
  String toJson() {
    final ObjectNode lesson = MAPPER.createObjectNode().put("group", group);
    if (outcome == null) {
      lesson.putNull("outcome");
    } else {
      final ArrayNode trees =
          lesson.putObject("outcome").put("task", outcome.task()).putArray("trees");
      outcome.trees().forEach(tree -> put(tree, trees.addObject()));
    }
    final ObjectNode texts = lesson.putObject("told");
    new TreeMap<>(told).forEach(texts::put);
    return lesson.toString();
  }

  private static void put(final GroupOutcome.Tree tree, final ObjectNode to) {
    to.put("draws", tree.draws());
    to.put("scored", tree.rewards().scored());
    to.put("sum", tree.rewards().sum());
    to.put("square_sum", tree.rewards().squareSum());
    to.put("trunk_tokens", tree.trunkTokens());
    to.put("tokens", tree.tokens());
    to.put("computed_tokens", tree.computedTokens());
    final ArrayNode shares = to.putArray("shares_by_forks");
    tree.sharesByForks().forEach(shares::add);
  }

  /**
   * Reads a lesson.
   *
   * @throws IllegalArgumentException if the text is none; the message names the field.
   */
  static Lesson parse(final String text) {
    final JsonNode lesson;
    try {
      lesson = MAPPER.readTree(text);
    } catch (final JsonProcessingException e) {
      throw new IllegalArgumentException("a lesson is not JSON: " + e.getOriginalMessage(), e);
    }
    final long group = whole(lesson, "group", Integer.MAX_VALUE);
    final JsonNode told = lesson.path("told");
    if (!told.isObject()) {
      throw new IllegalArgumentException("told must be an object of texts: group=" + group);
    }
    final Map<String, String> texts = new TreeMap<>();
    for (final Map.Entry<String, JsonNode> entry : told.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new IllegalArgumentException(
            "told must be an object of texts: group=" + group + " estimator=" + entry.getKey());
      }
      texts.put(entry.getKey(), entry.getValue().asText());
    }
    if (!lesson.has("outcome")) {
      throw new IllegalArgumentException("a lesson has an outcome, or null: group=" + group);
    }
    final JsonNode outcome = lesson.get("outcome");
    return new Lesson(group, outcome.isNull() ? null : outcome(outcome), texts);
  }

  private static GroupOutcome outcome(final JsonNode outcome) {
    final int task = (int) whole(outcome, "task", Integer.MAX_VALUE);
    final JsonNode trees = outcome.path("trees");
    if (!trees.isArray()) {
      throw new IllegalArgumentException("trees must be a list, not " + trees);
    }
    final List<GroupOutcome.Tree> sums = new ArrayList<>();
    for (final JsonNode tree : trees) {
      sums.add(
          new GroupOutcome.Tree(
              (int) whole(tree, "draws", Integer.MAX_VALUE),
              new GroupOutcome.Rewards(
                  whole(tree, "scored", Long.MAX_VALUE),
                  number(tree.path("sum"), "sum"),
                  number(tree.path("square_sum"), "square_sum")),
              whole(tree, "trunk_tokens", Long.MAX_VALUE),
              whole(tree, "tokens", Long.MAX_VALUE),
              whole(tree, "computed_tokens", Long.MAX_VALUE),
              shares(tree.path("shares_by_forks"))));
    }
    return new GroupOutcome(task, sums);
  }

  private static List<Double> shares(final JsonNode list) {
    if (!list.isArray()) {
      throw new IllegalArgumentException("shares_by_forks must be a list, not " + list);
    }
    final List<Double> shares = new ArrayList<>();
    list.forEach(share -> shares.add(number(share, "shares_by_forks")));
    return shares;
  }

  private static long whole(final JsonNode in, final String field, final long most) {
    final JsonNode value = in.path(field);
    final boolean isWhole = value.isIntegralNumber() && value.canConvertToLong();
    if (!isWhole || value.asLong() < 0 || value.asLong() > most) {
      throw new IllegalArgumentException(
          "in a lesson, "
              + field
              + " must be a whole number from 0 to "
              + most
              + ", not "
              + (value.isMissingNode() ? "missing" : value));
    }
    return value.asLong();
  }

  /** Reads a number; rewards that are not finite are written as texts. */
  private static double number(final JsonNode value, final String field) {
    if (value.isNumber()) {
      return value.asDouble();
    }
    return switch (value.isTextual() ? value.asText() : "") {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default ->
          throw new IllegalArgumentException(
              "in a lesson, " + field + " must be a number, not " + value);
    };
  }
}
