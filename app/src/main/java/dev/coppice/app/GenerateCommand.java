package dev.coppice.app;

import dev.coppice.model.SequenceModel;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues a list of tokens with a model. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Continues a list of tokens and prints the continuation alone.")
final class GenerateCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;

  @Option(
      names = "--tokens",
      required = true,
      paramLabel = "FILE.json",
      description = "File with one JSON array of token ids.")
  private Path tokens;

  @Option(names = "--max-new", required = true, description = "Most tokens to generate.")
  private int maxNew;

  @Option(names = "--temperature", defaultValue = "1.0", description = "0 takes the likeliest.")
  private double temperature;

  @Option(names = "--seed", defaultValue = "1", description = "Seed of the draws.")
  private long seed;

  @Option(names = "--dtype", defaultValue = "f32", description = "Numbers the model computes in.")
  private String dtype;

  @Option(
      names = "--lora",
      defaultValue = "",
      paramLabel = "DIR",
      description = "LoRA adapter, as PEFT saves it, to be merged into the weights.")
  private String lora;

  @Override
  public Integer call() {
    final int[] ids = ModelOptions.tokens(tokens);
    final SamplingSettings sampling = new SamplingSettings(temperature, 1.0, 0, 0.0);
    try (SequenceModel sequence = model.open(dtype, lora)) {
      final SequenceModel.Plan plan =
          new SequenceModel.Plan(maxNew, sampling, seed, model.endTokens()::contains);
      System.out.println(SequenceJson.of(sequence.generate(ids, plan)));
    }
    return CoppiceCommand.DONE;
  }
}
