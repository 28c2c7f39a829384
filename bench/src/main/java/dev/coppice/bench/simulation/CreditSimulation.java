package dev.coppice.bench.simulation;

import dev.coppice.bench.simulation.SimulatedGroup.Shape;
import dev.coppice.credit.AdvantageEstimator;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.draw.Division;
import dev.coppice.plug.Plugs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Prints bias, noise, mean squared error and cosine of every estimator's gradient in worlds whose
 * gradient is known: {@code ./coppice bench credit-simulation [WORLDS GROUPS KIND ...]}.
 */
public final class CreditSimulation {
  private static final long SEED = 20261130;
  private static final double BATCH_TOKENS = 38_000;
  private static final int TOLD = 256;
  private static final List<String> CALLS =
      List.of(
          "grpo",
          "rloo",
          "dr-grpo",
          "tree-grpo",
          "treerl",
          "treepo",
          "spo-tree",
          "gigpo",
          "at2po",
          "rtmc",
          "coppice",
          "turn-share",
          "turn-share baseline=outside",
          "turn-share lambda=1",
          "turn-share baseline=outside lambda=1");

  private CreditSimulation() {}

  /**
   * Prints the table.
   *
   * @param args worlds and groups per world, then kinds; 8 200 late early noisy-late if left out.
   */
  public static void main(final String[] args) {
    final int worlds = args.length > 0 ? Integer.parseInt(args[0]) : 8;
    final int groups = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    final List<String> kinds =
        args.length > 2
            ? List.of(args).subList(2, args.length)
            : List.of("late", "early", "noisy-late");
    System.out.println(
        "| kind | shape | tokens | estimator | noise | bias^2 | sum | cosine at 38k |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (final String kind : kinds) {
      table(kind, worlds, groups);
    }
  }

  static List<Shape> shapes(final int fork) {
    return List.of(
        new Shape("chains 3", 3, 1, fork, null),
        new Shape("tree 2 x 4", 2, 4, fork, null),
        new Shape("coalesced 16", 16, 1, fork, Division.INDEPENDENT),
        new Shape("coalesced 2 x 8", 2, 8, fork, Division.INDEPENDENT),
        new Shape("systematic 12", 12, 1, fork, Division.SYSTEMATIC),
        new Shape("systematic 2 x 8", 2, 8, fork, Division.SYSTEMATIC));
  }

  private static void table(final String kind, final int count, final int groups) {
    final List<KnownWorld> worlds = KnownWorld.of(kind, count, SEED);
    final Map<String, String> learned = learned(kind, worlds);
    // Where the first turn decides, trunks fork behind it: that is what forks can lose.
    final int fork = Math.max(1, KnownWorld.decision(kind));
    for (final Shape shape : shapes(fork)) {
      final Map<String, GradientMoments> moments = new LinkedHashMap<>();
      final List<AdvantageEstimator> estimators = new ArrayList<>();
      final List<String> calls = fitting(shape);
      for (final String call : calls) {
        moments.put(call, new GradientMoments());
        estimators.add(create(call, learned));
      }
      for (int w = 0; w < count; w++) {
        final KnownWorld world = worlds.get(w);
        moments.values().forEach(m -> m.begin(world.gradient()));
        final SplittableRandom random = new SplittableRandom(SEED * 31 + w);
        for (int g = 0; g < groups; g++) {
          final SimulatedGroup group = SimulatedGroup.draw(world, shape, random);
          for (int e = 0; e < estimators.size(); e++) {
            final GroupAdvantages given = estimators.get(e).estimate(group.group());
            moments.get(calls.get(e)).add(group.gradient(given), group.tokens());
          }
        }
      }
      moments.forEach((call, m) -> print(kind, shape, call, m));
    }
  }

  /** What needs independent draws refuses those that one number divided. */
  private static List<String> fitting(final Shape shape) {
    final boolean independent = shape.division() != Division.SYSTEMATIC;
    return CALLS.stream()
        .filter(call -> independent || !needsIndependentDraws(call.split(" ")[0]))
        .toList();
  }

  private static boolean needsIndependentDraws(final String estimator) {
    return Plugs.of(EstimatorPlug.KIND).find(estimator).needsIndependentDraws();
  }

  /** What independent groups of the same worlds tell about the turns. */
  static Map<String, String> learned(final String kind, final List<KnownWorld> worlds) {
    final Shape shape = new Shape("", 16, 1, 1, Division.INDEPENDENT);
    final Map<String, String> options = new HashMap<>();
    options.put("decision", Integer.toString(KnownWorld.decision(kind)));
    final AdvantageEstimator estimator = Estimators.create("turn-share", options);
    final SplittableRandom random = new SplittableRandom(SEED);
    String learned = "";
    for (int g = 0; g < TOLD; g++) {
      final KnownWorld world = worlds.get(g % worlds.size());
      final SimulatedGroup group = SimulatedGroup.draw(world, shape, random);
      learned = estimator.advance(learned, estimator.observe(group.group()));
    }
    options.put("shares", learned);
    return options;
  }

  static AdvantageEstimator create(final String call, final Map<String, String> learned) {
    final String[] words = call.split(" ");
    final Map<String, String> options = new HashMap<>();
    if ("turn-share".equals(words[0])) {
      options.putAll(learned);
    }
    for (int i = 1; i < words.length; i++) {
      final String[] pair = words[i].split("=");
      options.put(pair[0], pair[1]);
    }
    return Estimators.create(words[0], options);
  }

  private static void print(
      final String kind, final Shape shape, final String call, final GradientMoments m) {
    final boolean silent = Math.abs(m.scale()) < 1e-6;
    System.out.println(
        silent
            ? String.format(
                Locale.ROOT,
                "| %s | %s | %.0f | %s | no signal | | | |",
                kind,
                shape.name(),
                m.tokens(),
                call)
            : String.format(
                Locale.ROOT,
                "| %s | %s | %.0f | %s | %.3f | %.3f | %.3f | %.3f |",
                kind,
                shape.name(),
                m.tokens(),
                call,
                m.noise(),
                m.bias(),
                m.noise() + m.bias(),
                m.cosine(BATCH_TOKENS)));
  }
}
