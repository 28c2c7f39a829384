package dev.coppice.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.config.ConfigException;
import dev.coppice.app.run.ProjectPaths;
import dev.coppice.app.runner.Engines;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.chat.tokenizer.TokenizerFiles;
import dev.coppice.model.SequenceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

  ModelTokenizer tokenizer() {
    return ModelTokenizer.open(folder());
  }

  /** Opens the model in this process, to compute in the given numbers. */
  SequenceModel open(final String dtype) {
    return Engines.openSequence(folder(), Map.of("dtype", dtype));
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
