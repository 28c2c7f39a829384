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
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Names a model on the command line, and opens it. */
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "A .gguf file, a folder in Hugging Face's layout, or package:NAME, the .gguf file of an"
              + " installed Python package.")
  private String model;

  /** Returns the tokens that end a sequence; the model need not have a tokenizer. */
  List<Integer> endTokens() {
    return TokenizerFiles.endTokens(path());
  }

  ModelTokenizer tokenizer() {
    return ModelTokenizer.open(path());
  }

  /** Opens the model in this process, to compute in the given numbers, with an adapter or "". */
  SequenceModel open(final String dtype, final String lora) {
    return Engines.openSequence(path(), Map.of("dtype", dtype, "lora", lora));
  }

  private Path path() {
    return ProjectPaths.model(model);
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
