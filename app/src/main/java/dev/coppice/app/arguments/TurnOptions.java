package dev.coppice.app.arguments;

import dev.coppice.app.config.ConfigException;
import dev.coppice.app.config.SamplingSection;
import dev.coppice.app.runner.GeneratedTurn;
import dev.coppice.episode.TurnRules;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.util.List;
import picocli.CommandLine.Option;

/** Names on the command line what changes logits and what ends a turn. */
public final class TurnOptions {
  @Option(
      names = "--repetition-penalty",
      defaultValue = "1.0",
      description =
          "Divides positive logits of tokens of prompt and continuation, multiplies the others.")
  private double repetition;

  @Option(
      names = "--presence-penalty",
      defaultValue = "0.0",
      description = "Taken off the logit of every token the continuation has.")
  private double presence;

  @Option(
      names = "--frequency-penalty",
      defaultValue = "0.0",
      description = "Taken off a logit for each time the continuation has the token.")
  private double frequency;

  @Option(
      names = "--logit-bias",
      paramLabel = "ID:BIAS",
      split = ",",
      description = "Added to logits, as in 198:-100,42:1.5.")
  private List<String> bias = List.of();

  @Option(
      names = "--min-new",
      defaultValue = "0",
      description = "Tokens before an end token may be drawn or a stop counts.")
  private int minNew;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "Text that ends the continuation; may be repeated. Adds stop and text to it.")
  private List<String> stops = List.of();

  @Option(
      names = "--stop-line",
      paramLabel = "TEXT",
      description = "Beginning of a line that ends the continuation at its line feed.")
  private List<String> stopLines = List.of();

  @Option(names = "--include-stop", description = "Leaves the stop in the text.")
  private boolean includeStop;

  @Option(
      names = "--thinking",
      arity = "2",
      paramLabel = "OPEN CLOSE",
      description = "Marks of the model's thoughts, which are no part of the text.")
  private List<String> thinking = List.of();

  @Option(
      names = "--thinking-tokens",
      defaultValue = "0",
      description = "Tokens of thoughts after which they are closed by force; 0 for no limit.")
  private int thinkingTokens;

  /**
   * Makes the rules that change logits.
   *
   * @return the rules.
   */
  public LogitRules logitRules() {
    return new LogitRules(repetition, presence, frequency, SamplingSection.bias(bias), minNew);
  }

  /**
   * Tells whether the continuation has to be read as text.
   *
   * @return true if anything but the end tokens may end or interrupt it, or they must be masked.
   */
  public boolean areSet() {
    return !stops.isEmpty() || !stopLines.isEmpty() || !thinking.isEmpty() || minNew > 0;
  }

  /**
   * Begins to follow a continuation.
   *
   * @param tokenizer of the model.
   * @param prompt that stands before it.
   * @return what follows it.
   */
  public GeneratedTurn begin(final Tokenizer tokenizer, final int[] prompt) {
    final TurnRules.Stops ends = new TurnRules.Stops(stops, stopLines, includeStop);
    return new GeneratedTurn(tokenizer, new TurnRules(0, ends, thoughts()), minNew, prompt);
  }

  private TurnRules.Thinking thoughts() {
    if (thinking.isEmpty()) {
      return TurnRules.Thinking.NONE;
    }
    final String close = thinking.get(1);
    return new TurnRules.Thinking(thinking.getFirst(), close, thinkingTokens, close);
  }

  /**
   * Checks what no single option can check.
   *
   * @throws ConfigException if thoughts are bounded and nothing marks them.
   */
  public void check() {
    if (thinkingTokens > 0 && thinking.isEmpty()) {
      throw new ConfigException(
          "--thinking-tokens needs the marks of thoughts: --thinking OPEN CLOSE");
    }
  }
}
