package dev.coppice.app.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Configures an engine that needs no model: sums in GSM8K's form, solved by their script. */
final class ReplayConfig {
  private static final int TASKS = 50;

  private ReplayConfig() {}

  /** Writes the sums and returns the arguments of serve, the given ones last. */
  static List<String> arguments(final Path folder, final List<String> more) throws IOException {
    final StringBuilder lines = new StringBuilder();
    for (int i = 0; i < TASKS; i++) {
      lines.append(
          String.format(
              "{\"question\":\"How much is %d and 7?\",\"answer\":\"It is %d+7=<<%d+7=%d>>%d."
                  + "\\n#### %d\"}%n",
              i, i, i, i + 7, i + 7, i + 7));
    }
    final Path data = Files.writeString(folder.resolve("sums.jsonl"), lines);
    final List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--model.policy", "replay", "--task.environment", "gsm8k"));
    arguments.addAll(List.of("--task.path", data.toString(), "--task.count", "" + TASKS));
    arguments.addAll(List.of("--tree.policy", "fixed", "--tree.fixed.places", "1:2"));
    arguments.addAll(List.of("--tree.trees", "2", "--bridge.groups-per-segment", "4"));
    arguments.addAll(List.of("--run.out", folder.resolve("runs").toString()));
    arguments.addAll(more);
    return arguments;
  }
}
