package dev.coppice.training.policy;

import dev.coppice.chat.documents.ModelDocuments;
import dev.coppice.chat.gguf.GgufFile;
import dev.coppice.decoder.ggml.GgufConfig;
import dev.coppice.training.supervised.TrainedPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes weights under training as a Hugging Face folder beside the one they came from.
 *
 * @thread any, one at a time per folder
 */
public final class PolicyFolder {
  private static final String CONFIG = "config.json";
  private static final List<String> COPIED =
      List.of("tokenizer.json", "tokenizer_config.json", "generation_config.json");

  private PolicyFolder() {}

  /**
   * Writes a folder; files of those names are replaced.
   *
   * @param policy whose weights are written, in f32.
   * @param source model that configuration and tokenizer are taken from: a folder, or a GGUF file.
   * @param folder to write to, made if it is not there.
   * @throws IOException if it cannot be written.
   */
  public static void write(final TrainedPolicy policy, final Path source, final Path folder)
      throws IOException {
    Files.createDirectories(folder);
    final ModelDocuments documents = ModelDocuments.of(source);
    writeNew(folder.resolve(CONFIG), config(source, documents));
    for (final String name : COPIED) {
      writeNew(folder.resolve(name), documents.bytes(name));
    }
    policy.write(folder);
  }

  private static byte[] config(final Path source, final ModelDocuments documents) {
    if (!GgufFile.is(source)) {
      return documents.bytes(CONFIG);
    }
    try (GgufFile file = GgufFile.open(source)) {
      return GgufConfig.read(file).toString().getBytes(StandardCharsets.UTF_8);
    }
  }

  private static void writeNew(final Path file, final byte[] bytes) throws IOException {
    if (bytes != null && !Files.exists(file)) {
      Files.write(file, bytes);
    }
  }
}
