package dev.coppice.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.config.ConfigException;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Turns token ids into text. */
@Command(
    name = "detokenize",
    mixinStandardHelpOptions = true,
    description = "Reads one JSON array of token ids on standard input and prints their text.")
final class DetokenizeCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;

  @Override
  public Integer call() throws IOException {
    final int[] tokens;
    try {
      tokens = new ObjectMapper().readValue(System.in.readAllBytes(), int[].class);
    } catch (final JsonProcessingException e) {
      throw new ConfigException("standard input must hold one JSON array of token ids");
    }
    try (ModelTokenizer tokenizer = model.tokenizer()) {
      System.out.print(tokenizer.decode(tokens));
    }
    return CoppiceCommand.DONE;
  }
}
