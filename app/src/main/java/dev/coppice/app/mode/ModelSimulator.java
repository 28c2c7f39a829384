package dev.coppice.app.mode;

import dev.coppice.app.runner.Engines;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.environments.record.ResultSimulator;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Simulates tool results with a model: one line of text for a prompt, whose end is kept where it is
 * too long for the model's context.
 *
 * @thread any; one at a time inside.
 */
public final class ModelSimulator implements ResultSimulator {
  private static final int NEW_TOKENS = 256;

  private final SequenceModel model;
  private final Tokenizer tokenizer;

  /**
   * Wraps a model.
   *
   * @param model that continues; closed with this one.
   * @param tokenizer of the model; closed with this one.
   */
  public ModelSimulator(final SequenceModel model, final Tokenizer tokenizer) {
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /** Opens a model of its own: the run's belongs to the engine's thread. */
  static ModelSimulator open(final Path folder) {
    final ModelTokenizer tokenizer = ModelTokenizer.open(folder);
    try {
      final RunnerRequest request = RunnerRequest.of(folder, tokenizer);
      return new ModelSimulator(Engines.openSequence(request, Map.of()), tokenizer);
    } catch (final RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public synchronized String complete(final String prompt, final long seed) {
    final int[] all = tokenizer.encode(prompt);
    final int newTokens = Math.min(NEW_TOKENS, model.contextTokens() / 2);
    final int most = model.contextTokens() - newTokens;
    final int[] kept =
        all.length <= most ? all : Arrays.copyOfRange(all, all.length - most, all.length);
    final SequenceModel.Plan plan =
        new SequenceModel.Plan(newTokens, SamplingSettings.PLAIN, seed, tokenizer::isEnd);
    final int[] tokens = model.generate(kept, plan).tokens();
    final boolean ended = tokens.length > 0 && tokenizer.isEnd(tokens[tokens.length - 1]);
    final String text =
        tokenizer.decode(Arrays.copyOf(tokens, ended ? tokens.length - 1 : tokens.length));
    final int line = text.indexOf('\n');
    return line < 0 ? text : text.substring(0, line);
  }

  @Override
  public synchronized void close() {
    model.close();
    tokenizer.close();
  }
}
