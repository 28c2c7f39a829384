package dev.coppice.app.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Lays a result out for a terminal: a line of effects and a line of costs for each treatment. */
final class ExperimentTable {
  private ExperimentTable() {}

  static String render(final ExperimentResult result) {
    final JsonNode json = result.json();
    final StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "forked at %s: %d paths of %d problems, %d pairs each, coupling %s%n%n",
            json.get("at").asText(),
            json.get("paths").asInt(),
            json.get("problems").asInt(),
            json.get("pairs_per_path").asInt(),
            json.get("coupling").asText()));
    text.append(
        String.format(
            "%-30s %8s %8s %18s %7s %6s %6s %8s %7s%n",
            "treatment",
            "effect",
            "error",
            "95 % interval",
            "pairs",
            "worse",
            "better",
            "variance",
            "dropped"));
    for (final JsonNode row : json.get("rows")) {
      effect(row, text);
    }
    text.append('\n');
    text.append(
        String.format(
            "%-30s %10s %10s %10s %12s %8s %8s%n",
            "change per continuation",
            "computed",
            "cached",
            "sampled",
            "block-s",
            "calls",
            "money"));
    for (final JsonNode row : json.get("rows")) {
      text.append(
          String.format(
              "%-30s %10s %10s %10s %12s %8s %8s%n",
              row.get("treatment").asText(),
              number(row, "computed_tokens", 1),
              number(row, "cached_tokens", 1),
              number(row, "decoded_tokens", 1),
              number(row, "block_seconds", 3),
              number(row, "tool_calls", 2),
              number(row, "money", 4)));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%nvariance: of a pair inside a problem, over that of independent sides%n"
                    + "computed in all: %d tokens, trunks and prompts of every side included%n",
                json.get("computed_tokens_in_all").asLong()))
        .toString();
  }

  private static void effect(final JsonNode row, final StringBuilder text) {
    final double apart = row.path("independent_variance").asDouble();
    final double share = apart > 0 ? row.path("pair_variance").asDouble() / apart : Double.NaN;
    text.append(
        String.format(
            Locale.ROOT,
            "%-30s %8s %8s %18s %7d %6d %6d %8s %7d%n",
            row.get("treatment").asText(),
            number(row, "effect", 4),
            number(row, "std_error", 4),
            number(row, "low", 3) + " to " + number(row, "high", 3),
            row.get("pairs").asLong(),
            row.get("worse_pairs").asLong(),
            row.get("better_pairs").asLong(),
            Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.3f", share),
            row.get("dropped_pairs").asLong()));
  }

  private static String number(final JsonNode row, final String name, final int digits) {
    final JsonNode value = row.path(name);
    return value.isNumber()
        ? String.format(Locale.ROOT, "%." + digits + "f", value.asDouble())
        : "-";
  }
}
