package dev.coppice.app;

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
    final int[] tokens = ModelOptions.tokens(System.in.readAllBytes(), "standard input");
    try (ModelTokenizer tokenizer = model.tokenizer()) {
      System.out.print(tokenizer.decode(tokens));
    }
    return CoppiceCommand.DONE;
  }
}
