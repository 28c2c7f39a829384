package dev.coppice.training.policy;

import dev.coppice.training.supervised.TrainedPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes weights under training as a Hugging Face folder beside the one they came from.
 *
 * @thread any, one at a time per folder
 */
public final class PolicyFolder {
  private static final List<String> COPIED =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json");

  private PolicyFolder() {}

  /**
   * Writes a folder; files of those names are replaced.
   *
   * @param policy whose weights are written, in f32.
   * @param source folder that configuration and tokenizer are copied from.
   * @param folder to write to, made if it is not there.
   * @throws IOException if it cannot be written.
   */
  public static void write(final TrainedPolicy policy, final Path source, final Path folder)
      throws IOException {
    Files.createDirectories(folder);
    for (final String name : COPIED) {
      if (Files.exists(source.resolve(name)) && !Files.exists(folder.resolve(name))) {
        Files.copy(source.resolve(name), folder.resolve(name));
      }
    }
    policy.write(folder);
  }
}
