package dev.coppice.bench.learning;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * Holds the runs of one arm at one learning rate, a list of lines per seed.
 *
 * @param arm of the runs.
 * @param rate of learning.
 * @param runs by seed.
 */
record ArmResult(String arm, double rate, Map<Long, List<JsonNode>> runs) {

  /**
   * Represents a mean over seeds.
   *
   * @param value of the mean.
   * @param error standard error over seeds, 0 for one seed.
   */
  record Mean(double value, double error) {
    static Mean of(final List<Double> values) {
      final int n = values.size();
      final double mean =
          values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
      double squares = 0;
      for (final double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return new Mean(mean, n < 2 ? 0 : Math.sqrt(squares / (n - 1) / n));
    }
  }

  static ArmResult empty(final String arm, final double rate) {
    return new ArmResult(arm, rate, new TreeMap<>());
  }

  int steps() {
    return lines(line -> line.path("kind").asText().equals("step")).stream()
        .mapToInt(line -> line.path("step").asInt())
        .max()
        .orElse(0);
  }

  /** Takes a field of the score after a step at a temperature, over seeds. */
  Mean score(final int step, final double temperature, final String field) {
    return overSeeds(isScore(step, temperature), line -> line.path(field).asDouble());
  }

  /** Takes the pass rate at temperature 1 on the problems trained on, after a step, over seeds. */
  Mean trained(final int step) {
    return overSeeds(isTrained(step), line -> line.path("pass").asDouble());
  }

  /** Takes the gain on the problems trained on, seed by seed, over what another arm gained. */
  Mean trainedGain(final ArmResult other) {
    final List<Double> differences = new ArrayList<>();
    for (final Map.Entry<Long, List<JsonNode>> run : runs.entrySet()) {
      final List<JsonNode> others = other == null ? List.of() : other.runs.get(run.getKey());
      if (others != null) {
        differences.add(
            gain(run.getValue(), steps()) - (other == null ? 0 : gain(others, steps())));
      }
    }
    return Mean.of(differences);
  }

  private static double gain(final List<JsonNode> run, final int last) {
    return mean(run, isTrained(last), "pass") - mean(run, isTrained(0), "pass");
  }

  private static Predicate<JsonNode> isTrained(final int step) {
    return line ->
        line.path("kind").asText().equals("trained") && line.path("step").asInt() == step;
  }

  /**
   * Takes the difference of a score from another arm's over the seeds both have.
   *
   * <p>Runs of one seed share training problems, held-out problems and draws, so differences are
   * taken seed by seed.
   */
  Mean difference(final int step, final ArmResult other, final int otherStep, final String field) {
    final List<Double> differences = new ArrayList<>();
    for (final Map.Entry<Long, List<JsonNode>> run : runs.entrySet()) {
      final List<JsonNode> others = other.runs.get(run.getKey());
      if (others != null) {
        differences.add(
            mean(run.getValue(), isScore(step, 1.0), field)
                - mean(others, isScore(otherStep, 1.0), field));
      }
    }
    return Mean.of(differences);
  }

  /**
   * Takes the gain over the start for what it cost, seed by seed.
   *
   * @param start scores of the policy that nothing trained.
   * @param field of the cost.
   * @param unit of the cost, in the field's unit.
   * @param other arm whose gain is taken away, or null.
   */
  Mean gainPer(
      final ArmResult start, final String field, final double unit, final ArmResult other) {
    final List<Double> gains = new ArrayList<>();
    for (final long seed : runs.keySet()) {
      if (start.runs.containsKey(seed) && (other == null || other.runs.containsKey(seed))) {
        final double less = other == null ? 0 : other.gainOf(seed, start, field);
        gains.add((gainOf(seed, start, field) - less) * unit);
      }
    }
    return Mean.of(gains);
  }

  private double gainOf(final long seed, final ArmResult start, final String field) {
    final List<JsonNode> run = runs.get(seed);
    final double gain =
        mean(run, isScore(steps(), 1.0), "pass")
            - mean(start.runs.get(seed), isScore(0, 1.0), "pass");
    return gain
        / run.stream()
            .filter(line -> line.path("kind").asText().equals("step"))
            .mapToDouble(line -> line.path("cost").path(field).asDouble())
            .sum();
  }

  private static double mean(
      final List<JsonNode> run, final Predicate<JsonNode> which, final String field) {
    return run.stream()
        .filter(which)
        .mapToDouble(line -> line.path(field).asDouble())
        .average()
        .orElse(Double.NaN);
  }

  private static Predicate<JsonNode> isScore(final int step, final double temperature) {
    return line ->
        line.path("kind").asText().equals("score")
            && line.path("step").asInt() == step
            && line.path("temperature").asDouble() == temperature;
  }

  /** Counts the samples of a problem at temperature 1 in the last score. */
  int samples(final int step) {
    return (int) overSeeds(isScore(step, 1.0), line -> line.path("samples").asDouble()).value();
  }

  /** Sums a cost over all updates of a run, then takes the mean over seeds. */
  double total(final String field) {
    final List<Double> sums = new ArrayList<>();
    for (final List<JsonNode> run : runs.values()) {
      sums.add(
          run.stream()
              .filter(line -> line.path("kind").asText().equals("step"))
              .mapToDouble(line -> line.path("cost").path(field).asDouble())
              .sum());
    }
    return Mean.of(sums).value();
  }

  /** Takes the mean over steps and seeds of a field of the rollouts or of the update. */
  double average(final String part, final String field, final int from, final int to) {
    return overSeeds(
            line ->
                line.path("kind").asText().equals("step")
                    && line.path("step").asInt() >= from
                    && line.path("step").asInt() <= to,
            line -> line.path(part).path(field).asDouble())
        .value();
  }

  /** Takes the mean over seeds of what a run cost up to and with a step. */
  double costUntil(final int step, final String field) {
    final List<Double> sums = new ArrayList<>();
    for (final List<JsonNode> run : runs.values()) {
      sums.add(
          run.stream()
              .filter(line -> line.path("kind").asText().equals("step"))
              .filter(line -> line.path("step").asInt() <= step)
              .mapToDouble(line -> line.path("cost").path(field).asDouble())
              .sum());
    }
    return Mean.of(sums).value();
  }

  private List<JsonNode> lines(final Predicate<JsonNode> which) {
    return runs.values().stream().flatMap(List::stream).filter(which).toList();
  }

  private Mean overSeeds(final Predicate<JsonNode> which, final ToDoubleFunction<JsonNode> value) {
    final List<Double> values = new ArrayList<>();
    for (final List<JsonNode> run : runs.values()) {
      final List<JsonNode> found = run.stream().filter(which).toList();
      if (!found.isEmpty()) {
        values.add(found.stream().mapToDouble(value).average().orElse(Double.NaN));
      }
    }
    return Mean.of(values);
  }
}
