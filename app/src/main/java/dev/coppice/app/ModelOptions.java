package dev.coppice.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.djl.DjlBackend;
import dev.coppice.djl.DjlSettings;
import dev.coppice.djl.DjlTokenizer;
import dev.coppice.djl.files.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Names a model on the command line, and opens it. */
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Model folder in Hugging Face's layout.")
  private String model;

  /** Returns the token that ends a sequence, or -1; the folder need not have a tokenizer. */
  int endToken() {
    return TokenizerFiles.endToken(folder());
  }

  DjlTokenizer tokenizer() {
    return DjlTokenizer.open(folder());
  }

  DjlBackend backend(final String dtype) {
    final DjlSettings defaults = DjlSettings.defaults();
    return DjlBackend.open(
        folder(),
        new DjlSettings(defaults.threads(), dtype, defaults.device(), defaults.slabTokens()));
  }

  private Path folder() {
    return ProjectPaths.modelFolder(model);
  }

  /** Reads a file that holds one JSON array of token ids. */
  static int[] tokens(final Path file) {
    if (!Files.exists(file) || Files.isDirectory(file)) {
      throw new ConfigException("no such file of tokens: " + file);
    }
    try {
      return new ObjectMapper().readValue(file.toFile(), int[].class);
    } catch (final IOException e) {
      throw new ConfigException(file + " must hold one JSON array of token ids: " + e.getMessage());
    }
  }
}
