package dev.coppice.bench.decode;

import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.ModelConfig;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps the random models of known shapes, written on first use.
 *
 * @thread any.
 */
final class RandomShapes {
  private static final long SEED = 1;

  private RandomShapes() {}

  /**
   * Finds or writes a model.
   *
   * @param shape m15, m110 or s135.
   * @return its folder, in the project's state folder or, without one, in the folder for temporary
   *     files.
   */
  static Path folder(final String shape) {
    final ModelConfig config = RandomModel.shape(shape);
    final String home = System.getenv("COPPICE_HOME");
    final Path parent =
        home == null
            ? Path.of(System.getProperty("java.io.tmpdir"), "coppice-shapes")
            : Path.of(home, ".coppice", "shapes");
    final Path folder = parent.resolve(shape);
    if (Files.exists(folder.resolve("complete"))) {
      return folder;
    }
    System.err.println("coppice: writing random weights of shape " + shape + " to " + folder);
    try {
      // Weights first, the mark last: a torn folder is written again.
      RandomModel.write(folder, config, TensorType.BF16, SEED);
      Files.writeString(folder.resolve("complete"), "");
      return folder;
    } catch (final IOException e) {
      throw new UncheckedIOException("cannot write a random model to " + folder, e);
    }
  }
}
