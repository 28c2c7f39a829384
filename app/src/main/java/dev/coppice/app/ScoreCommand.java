package dev.coppice.app;

import dev.coppice.model.SequenceModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Scores a list of tokens under a model. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Prints the teacher-forced log-probabilities of a list of tokens.")
final class ScoreCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;

  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "FILE.json",
      description = "File with one JSON array of token ids.")
  private Path tokens;

  @Option(names = "--dtype", defaultValue = "f32", description = "Numbers the model computes in.")
  private String dtype;

  @Option(
      names = "--lora",
      defaultValue = "",
      paramLabel = "DIR",
      description = "LoRA adapter, as PEFT saves it, to be merged into the weights.")
  private String lora;

  @Option(names = "--top", defaultValue = "0", description = "Likeliest tokens per position.")
  private int top;

  @Override
  public Integer call() {
    final int[] ids = ModelOptions.tokens(tokens);
    try (SequenceModel sequence = model.open(dtype, lora)) {
      System.out.println(SequenceJson.of(sequence.score(ids, top)));
    }
    return CoppiceCommand.DONE;
  }
}
