package dev.coppice.app.outcome;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Says outcomes in words, for a terminal and a page alike.
 *
 * @thread any; stateless.
 */
public final class OutcomeLines {
  private static final int SHOWN = 12;

  private OutcomeLines() {}

  /**
   * Says how the trajectories of an arm ended.
   *
   * @param outcomes of the arm.
   * @return what each line is about, and its text.
   */
  public static Map<String, String> of(final Outcomes outcomes) {
    final Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "truncated",
        String.format(
            Locale.ROOT,
            "%,d of %,d (%.1f %%)",
            outcomes.truncated(),
            outcomes.draws(),
            100.0 * outcomes.truncated() / Math.max(1, outcomes.draws())));
    lines.put("statuses", counts(outcomes.statuses()));
    lines.put("stop reasons", counts(outcomes.stops()));
    lines.put("sampled tokens a path", spread(outcomes.sampled()));
    lines.put("tokens of a path", spread(outcomes.context()));
    lines.put("calls", counts(outcomes.calls()));
    final StringJoiner components = new StringJoiner(", ");
    outcomes
        .components()
        .forEach(
            (name, mean) ->
                components.add(name + String.format(Locale.ROOT, " %.3f", mean.mean())));
    lines.put("reward components", components.length() == 0 ? "-" : components.toString());
    if (!outcomes.failures().isEmpty()) {
      lines.put("failures", counts(outcomes.failures()));
    }
    return lines;
  }

  private static String counts(final Map<String, Long> counts) {
    final StringJoiner text = new StringJoiner(", ");
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(SHOWN)
        .forEach(
            entry ->
                text.add(entry.getKey() + String.format(Locale.ROOT, " %,d", entry.getValue())));
    return text.length() == 0 ? "-" : text.toString();
  }

  private static String spread(final Outcomes.Mean length) {
    return Double.isNaN(length.mean())
        ? "-"
        : String.format(
            Locale.ROOT, "%.1f (%,.0f to %,.0f)", length.mean(), length.least(), length.most());
  }
}
