package dev.coppice.app.pretrain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains the shipped policy again. */
@Command(
    name = "pretrain",
    mixinStandardHelpOptions = true,
    description = "Trains the tiny policy on generated demonstrations, from a seed.")
public final class PretrainCommand implements Callable<Integer> {
  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.")
  private Path out;

  @Option(
      names = "--seed",
      defaultValue = "" + PretrainOptions.SHIPPED_SEED,
      description = "Seed of weights and demonstrations (default ${DEFAULT-VALUE}, as shipped).")
  private long seed;

  @Option(
      names = "--steps",
      defaultValue = "" + PretrainOptions.SHIPPED_STEPS,
      description = "Updates (default ${DEFAULT-VALUE}, as shipped).")
  private int steps;

  @Option(
      names = "--problems",
      defaultValue = "200",
      description = "Held-out problems to score it on; 0 for none (default ${DEFAULT-VALUE}).")
  private int problems;

  /** Made by picocli. */
  public PretrainCommand() {}

  @Override
  public Integer call() throws IOException {
    new PretrainJob(System.err).run(new PretrainOptions(seed, steps, out, problems));
    System.out.println(out);
    return 0;
  }
}
