package dev.coppice.app;

import dev.coppice.app.arguments.TurnOptions;
import dev.coppice.app.runner.GeneratedTurn;
import dev.coppice.chat.tokenizer.ModelTokenizer;
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

  @Option(names = "--top-p", defaultValue = "1.0", description = "Mass kept; 1 keeps all.")
  private double topP;

  @Option(names = "--top-k", defaultValue = "0", description = "Tokens kept; 0 keeps all.")
  private int topK;

  @Option(
      names = "--min-p",
      defaultValue = "0.0",
      description = "Least probability kept, as a share of the largest.")
  private double minP;

  @Mixin private TurnOptions turn;

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
    turn.check();
    final int[] ids = ModelOptions.tokens(tokens);
    final SamplingSettings sampling =
        new SamplingSettings(temperature, topP, topK, minP, turn.logitRules());
    try (SequenceModel sequence = model.open(dtype, lora)) {
      if (turn.areSet()) {
        try (ModelTokenizer tokenizer = model.tokenizer()) {
          final GeneratedTurn rules = turn.begin(tokenizer, ids);
          final SequenceModel.Continuation said = sequence.generate(ids, plan(sampling, rules));
          System.out.println(SequenceJson.of(said, rules.stop(), rules.text()));
        }
      } else {
        final SequenceModel.Plan plan =
            new SequenceModel.Plan(maxNew, sampling, seed, model.endTokens()::contains);
        System.out.println(SequenceJson.of(sequence.generate(ids, plan)));
      }
    }
    return CoppiceCommand.DONE;
  }

  private SequenceModel.Plan plan(final SamplingSettings sampling, final SequenceModel.Turn rules) {
    return new SequenceModel.Plan(maxNew, sampling, seed, rules);
  }
}
