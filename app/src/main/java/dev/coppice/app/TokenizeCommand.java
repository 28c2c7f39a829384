package dev.coppice.app;

import dev.coppice.chat.tokenizer.ModelTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Turns text into token ids. */
@Command(
    name = "tokenize",
    mixinStandardHelpOptions = true,
    description = "Reads text on standard input and prints one JSON array of token ids.")
final class TokenizeCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;

  @Override
  public Integer call() throws IOException {
    final String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    try (ModelTokenizer tokenizer = model.tokenizer()) {
      System.out.println(Arrays.toString(tokenizer.encode(text)).replace(" ", ""));
    }
    return CoppiceCommand.DONE;
  }
}
