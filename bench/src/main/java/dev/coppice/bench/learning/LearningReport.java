package dev.coppice.bench.learning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes the tables and plots of all finished runs of a folder.
 *
 * <p>{@code ./coppice bench learning-report RESULTS DOCS} writes {@code tables.md} and one plot per
 * task into the second folder.
 */
public final class LearningReport {
  private static final String SWEEP = "sweep";
  private static final String POOL = "pool";
  private static final String CHAINS = "grpo-chains";
  private static final String TREES = "coppice-trees";
  private static final List<String> ORDER = List.of(LearningArm.START, CHAINS, "tree-grpo", TREES);
  private static final double PER_MILLION = 1e6;
  private static final double NS = 1e9;
  private static final double MINUTE_NS = 60e9;
  private static final String TOKENS = "computedTokens";

  private final Map<String, Map<String, ArmResult>> results = new TreeMap<>();
  private final Map<String, Map<String, ArmResult>> sweeps = new TreeMap<>();
  private final Map<String, Map<String, ArmResult>> pools = new TreeMap<>();

  private LearningReport() {}

  /**
   * Writes the report.
   *
   * @param arguments the folder of results and the folder to write to.
   * @throws IOException if a file cannot be read or written.
   */
  public static void main(final String[] arguments) throws IOException {
    if (arguments.length != 2) {
      System.err.println("usage: ./coppice bench learning-report RESULTS DOCS");
      System.exit(2);
    }
    final LearningReport report = new LearningReport();
    report.read(Path.of(arguments[0]));
    report.write(Path.of(arguments[1]));
  }

  private void read(final Path folder) throws IOException {
    final ObjectMapper mapper = new ObjectMapper();
    List<Path> files;
    try (Stream<Path> children = Files.list(folder)) {
      files = children.filter(path -> path.toString().endsWith(".jsonl")).sorted().toList();
    }
    for (final Path file : files) {
      final List<JsonNode> lines = new ArrayList<>();
      for (final String line : Files.readAllLines(file)) {
        lines.add(mapper.readTree(line));
      }
      final JsonNode first = lines.getFirst();
      final Map<String, Map<String, ArmResult>> into =
          first.path(SWEEP).asBoolean() ? sweeps : first.path(POOL).asInt() > 0 ? pools : results;
      final String arm = first.path("arm").asText();
      final double rate = first.path("rate").asDouble();
      into.computeIfAbsent(first.path("task").asText(), any -> new LinkedHashMap<>())
          .computeIfAbsent(arm + " " + rate, any -> ArmResult.empty(arm, rate))
          .runs()
          .put(first.path("seed").asLong(), lines);
    }
  }

  private void write(final Path docs) throws IOException {
    Files.createDirectories(docs);
    final StringBuilder text = new StringBuilder();
    for (final Map.Entry<String, Map<String, ArmResult>> task : results.entrySet()) {
      final List<ArmResult> arms = ordered(task.getValue().values());
      text.append("## ").append(task.getKey()).append("\n\n").append(scores(arms)).append('\n');
      text.append(costs(arms)).append('\n');
      new LearningPlot(task.getKey(), arms).write(docs.resolve(task.getKey() + ".png"));
    }
    for (final Map.Entry<String, Map<String, ArmResult>> task : pools.entrySet()) {
      text.append("## The same problems round and round, ").append(task.getKey()).append("\n\n");
      text.append(pools(ordered(task.getValue().values()))).append('\n');
    }
    for (final Map.Entry<String, Map<String, ArmResult>> task : sweeps.entrySet()) {
      text.append("## Learning rates tried on ").append(task.getKey()).append("\n\n");
      text.append(rates(ordered(task.getValue().values()))).append('\n');
    }
    Files.writeString(docs.resolve("tables.md"), text);
    System.out.print(text);
  }

  private static List<ArmResult> ordered(final Collection<ArmResult> arms) {
    final List<ArmResult> sorted = new ArrayList<>(arms);
    sorted.sort(
        Comparator.comparingInt((ArmResult arm) -> ORDER.indexOf(arm.arm()))
            .thenComparing(ArmResult::arm)
            .thenComparingDouble(ArmResult::rate));
    return sorted;
  }

  /** Takes an arm at the learning rate that scored best, so that nobody beats a weak one. */
  private static ArmResult best(final List<ArmResult> arms, final String name) {
    return arms.stream()
        .filter(arm -> arm.arm().equals(name))
        .max(Comparator.comparingDouble(arm -> arm.score(arm.steps(), 1.0, "pass").value()))
        .orElse(null);
  }

  private static String scores(final List<ArmResult> arms) {
    final StringBuilder text =
        new StringBuilder(
            "| arm | rate | seeds | T 1 | T 0.6 | greedy | pass of 8 | distinct | nats a"
                + " token |\n|---|---|---|---|---|---|---|---|---|\n");
    for (final ArmResult arm : arms) {
      final int last = arm.steps();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %d | %s | %s | %s | %s | %.2f of %d | %.4f |%n",
              arm.arm(),
              last == 0 ? "" : String.valueOf(arm.rate()),
              arm.runs().size(),
              shown(arm.score(last, 1.0, "pass")),
              shown(arm.score(last, 0.6, "pass")),
              shown(arm.score(last, 0.0, "pass")),
              shown(arm.score(last, 1.0, "passOfEight")),
              arm.score(last, 1.0, "distinct").value(),
              arm.samples(last),
              arm.score(last, 1.0, "surprisalNats").value()));
    }
    return text.toString();
  }

  private static String costs(final List<ArmResult> arms) {
    final StringBuilder text =
        new StringBuilder(
            "| arm | updates | computed tokens | leaves | tokens trained | flat would train |"
                + " processor s: all, wall s: rollouts, training |\n|---|---|---|---|---|---|---|\n");
    for (final ArmResult arm : arms) {
      final int last = arm.steps();
      if (last > 0) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s %s | %d | %,.0f | %,.0f | %,.0f | %,.0f | %.0f, %.0f, %.0f |%n",
                arm.arm(),
                arm.rate(),
                last,
                arm.total(TOKENS),
                last * arm.average("figures", "leaves", 1, last),
                last * arm.average("update", "tokens", 1, last),
                arm.total("rowTokens"),
                arm.total("cpuNs") / NS,
                arm.total("rolloutNs") / NS,
                arm.total("trainNs") / NS));
      }
    }
    return text.append('\n').append(gains(arms)).toString();
  }

  private static String gains(final List<ArmResult> arms) {
    final ArmResult start = best(arms, LearningArm.START);
    final ArmResult chains = best(arms, CHAINS);
    final ArmResult trees = best(arms, TREES);
    final StringBuilder text =
        new StringBuilder(
            "| arm | seeds | gain at T 1 | over chains | over coppice-trees | per M computed tokens |"
                + " over coppice-trees | per processor minute | over coppice-trees |\n"
                + "|---|---|---|---|---|---|---|---|---|\n");
    for (final ArmResult arm : arms) {
      if (start != null && arm.steps() > 0) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s %s | %d | %s | %s | %s | %s | %s | %s | %s |%n",
                arm.arm(),
                arm.rate(),
                arm.runs().size(),
                shown(arm.difference(arm.steps(), start, 0, "pass")),
                over(arm, chains),
                over(arm, trees),
                fine(arm.gainPer(start, TOKENS, PER_MILLION, null)),
                arm == trees || trees == null
                    ? ""
                    : fine(arm.gainPer(start, TOKENS, PER_MILLION, trees)),
                fine(arm.gainPer(start, "cpuNs", MINUTE_NS, null)),
                arm == trees || trees == null
                    ? ""
                    : fine(arm.gainPer(start, "cpuNs", MINUTE_NS, trees))));
      }
    }
    return text.toString();
  }

  private static String over(final ArmResult arm, final ArmResult other) {
    return other == null || other == arm
        ? ""
        : shown(arm.difference(arm.steps(), other, other.steps(), "pass"));
  }

  private static String pools(final List<ArmResult> arms) {
    final ArmResult chains = best(arms, CHAINS);
    final StringBuilder text =
        new StringBuilder(
            "| arm | rate | seeds | updates | computed tokens | trained problems T 1 before | after |"
                + " gain | over chains | held out T 1 | greedy | processor s |\n"
                + "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (final ArmResult arm : arms) {
      final int last = arm.steps();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %d | %d | %,.0f | %s | %s | %s | %s | %s | %s | %.0f |%n",
              arm.arm(),
              arm.rate(),
              arm.runs().size(),
              last,
              arm.total(TOKENS),
              shown(arm.trained(0)),
              shown(arm.trained(last)),
              shown(arm.trainedGain(null)),
              chains == null || chains == arm ? "" : shown(arm.trainedGain(chains)),
              shown(arm.score(last, 1.0, "pass")),
              shown(arm.score(last, 0.0, "pass")),
              arm.total("cpuNs") / NS));
    }
    return text.toString();
  }

  private static String rates(final List<ArmResult> arms) {
    final StringBuilder text =
        new StringBuilder(
            "| arm | rate | seeds | updates | validation T 1 | reward of the last 10 updates |\n"
                + "|---|---|---|---|---|---|\n");
    for (final ArmResult arm : arms) {
      final int last = arm.steps();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %d | %d | %s | %.3f |%n",
              arm.arm(),
              arm.rate(),
              arm.runs().size(),
              last,
              shown(arm.score(last, 1.0, "pass")),
              last == 0 ? Double.NaN : arm.average("figures", "reward", last - 9, last)));
    }
    return text.toString();
  }

  private static String fine(final ArmResult.Mean mean) {
    return String.format(Locale.ROOT, "%.4f (%.4f)", mean.value(), mean.error());
  }

  private static String shown(final ArmResult.Mean mean) {
    return String.format(Locale.ROOT, "%.3f (%.3f)", mean.value(), mean.error());
  }
}
