package dev.coppice.bench.learning;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs arms, rates and seeds one after the other, skipping what is done.
 *
 * <p>Several processes may share a folder: each claims a run by a file with its process id, and a
 * claim of a process that is gone is taken over.
 */
public final class LearningExperiment {
  private static final String USAGE =
      """
      usage: ./coppice bench learning --task drawers|countdown|products [options]
        --arms A,B      arms: grpo-chains, rloo-chains, tree-grpo, coppice-trees, grpo-trees,
                        coalesced-chains, systematic-chains, systematic-forks; NAMExN for N trees
        --rates R,R     learning rates; one alone for all arms, or ARM=RATE for each arm
        --seeds N       seeds 1 to N (5)
        --updates N     updates of a run (50)
        --tokens N      computed tokens of an update (19000)
        --samples N     samples of a held-out problem at temperature 1 (32)
        --every N       updates between plays of the held-out problems (half of --updates)
        --pool N        train on N problems round and round, score them before and after (0: fresh)
        --sweep         play the validation problems instead of the test's
        --out DIR       folder of results (runs/learning)
        --start DIR     weights to begin with (models/tiny-policy)
      """;

  private final Map<String, String> options = new HashMap<>();

  private LearningExperiment(final String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      final String key = arguments[i];
      if (key.equals("--sweep")) {
        options.put(key, "true");
      } else if (key.startsWith("--") && i + 1 < arguments.length) {
        options.put(key, arguments[++i]);
      } else {
        throw new IllegalArgumentException("what is " + key + "?\n" + USAGE);
      }
    }
  }

  /**
   * Runs the experiment.
   *
   * @param arguments see the usage.
   * @throws Exception if a run fails.
   */
  public static void main(final String[] arguments) throws Exception {
    if (arguments.length == 0 || arguments[0].equals("--help")) {
      System.out.print(USAGE);
      return;
    }
    new LearningExperiment(arguments).run();
  }

  private void run() throws IOException, InterruptedException {
    final Path out = Path.of(options.getOrDefault("--out", "runs/learning"));
    Files.createDirectories(out);
    for (final LearningRun.Spec spec : specs()) {
      final Path file = out.resolve(spec.name() + ".jsonl");
      final Path claim = out.resolve(spec.name() + ".claim");
      if (Files.exists(file) || !claimed(claim)) {
        continue;
      }
      final long startNs = System.nanoTime();
      final Path scratch = Files.createTempDirectory("coppice-learning");
      new LearningRun(spec).run(file, scratch);
      Files.delete(claim);
      System.err.printf(
          Locale.ROOT, "%s: %.0f s%n", spec.name(), (System.nanoTime() - startNs) / 1e9);
    }
  }

  private List<LearningRun.Spec> specs() {
    final LearningTask task = LearningTask.of(options.getOrDefault("--task", "drawers"));
    final String[] arms =
        options.getOrDefault("--arms", "grpo-chains,tree-grpo,coppice-trees").split(",");
    final String[] rates = options.getOrDefault("--rates", "6e-4").split(",");
    final int seeds = Integer.parseInt(options.getOrDefault("--seeds", "5"));
    final int updates = Integer.parseInt(options.getOrDefault("--updates", "50"));
    final int every =
        options.containsKey("--every")
            ? Integer.parseInt(options.get("--every"))
            : Math.max(1, updates / 2);
    final List<LearningRun.Spec> specs = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      for (final String rate : rates) {
        for (final String arm : arms) {
          final String[] pair = rate.split("=");
          if (pair.length == 1 || pair[0].equals(arm)) {
            specs.add(
                new LearningRun.Spec(
                    task,
                    LearningArm.of(arm, task),
                    Double.parseDouble(pair[pair.length - 1]),
                    seed,
                    new LearningRun.Spec.Size(
                        updates,
                        Long.parseLong(options.getOrDefault("--tokens", "19000")),
                        Integer.parseInt(options.getOrDefault("--pool", "0")),
                        Integer.parseInt(options.getOrDefault("--samples", "32")),
                        options.containsKey("--sweep"),
                        every),
                    Path.of(options.getOrDefault("--start", "models/tiny-policy"))));
          }
        }
      }
    }
    return specs;
  }

  private static boolean claimed(final Path claim) throws IOException {
    final String own = String.valueOf(ProcessHandle.current().pid());
    try {
      Files.writeString(claim, own, java.nio.file.StandardOpenOption.CREATE_NEW);
      return true;
    } catch (FileAlreadyExistsException e) {
      final long owner = Long.parseLong("0" + Files.readString(claim).strip());
      if (ProcessHandle.of(owner).isPresent()) {
        return false;
      }
      Files.writeString(claim, own);
      return true;
    }
  }
}
