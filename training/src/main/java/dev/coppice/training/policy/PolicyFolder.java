package dev.coppice.training.policy;

import dev.coppice.decoder.files.SafetensorsWriter;
import dev.coppice.decoder.files.TensorType;
import dev.coppice.training.supervised.TrainedPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Writes weights under training as a Hugging Face folder beside the one they came from.
 *
 * @thread any, one at a time per folder
 */
public final class PolicyFolder {
  private static final List<String> COPIED =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json");
  private static final String WEIGHTS = "model.safetensors";

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
    final SafetensorsWriter tensors = new SafetensorsWriter();
    for (final TrainedPolicy.Tensor tensor : policy.tensors()) {
      tensors.add(tensor.name(), TensorType.F32, tensor.values(), tensor.shape());
    }
    // Whoever reads the folder meanwhile sees the old weights or the new ones, never half of them.
    final Path draft = folder.resolve(WEIGHTS + ".tmp");
    tensors.write(draft);
    Files.move(
        draft,
        folder.resolve(WEIGHTS),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }
}
