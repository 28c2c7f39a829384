package dev.coppice.app;

import dev.coppice.decoder.convert.Llama2cConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Turns a llama2.c checkpoint into a model folder. */
@Command(
    name = "convert-llama2c",
    mixinStandardHelpOptions = true,
    description = "Turns a llama2.c checkpoint and tokenizer into a Hugging Face folder.")
final class ConvertLlama2cCommand implements Callable<Integer> {
  @Option(names = "--checkpoint", required = true, description = "Such as stories260K.bin.")
  private Path checkpoint;

  @Option(names = "--tokenizer", required = true, description = "Such as tok512.bin.")
  private Path tokenizer;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    Llama2cConverter.convert(checkpoint, tokenizer, out);
    System.err.println("coppice: wrote " + out);
    return CoppiceCommand.DONE;
  }
}
