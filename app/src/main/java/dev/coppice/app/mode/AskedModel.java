package dev.coppice.app.mode;

import dev.coppice.app.runner.Engines;
import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.environments.score.Judge;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Asks a model of this process, which is not the policy's: that one belongs to the engine's thread.
 *
 * @thread any; one at a time inside.
 */
public final class AskedModel implements Judge {
  private final SequenceModel model;
  private final Tokenizer tokenizer;
  private final ChatTemplate template;

  /**
   * Wraps a model.
   *
   * @param model that is asked; closed with this one.
   * @param tokenizer of the model; closed with this one.
   * @param template of its conversations, or null for plain text.
   */
  public AskedModel(
      final SequenceModel model, final Tokenizer tokenizer, final ChatTemplate template) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /**
   * Opens who answers: an engine at an address, or a model of this process.
   *
   * @param named a folder or file of a model, or {@code http://HOST:PORT[/v1][#MODEL]}.
   * @param folder of a model by its name.
   * @return it; the caller closes it.
   */
  static Judge open(final String named, final Function<String, Path> folder) {
    return named.startsWith("http://") || named.startsWith("https://")
        ? new AskedServer(named)
        : open(folder.apply(named));
  }

  private static AskedModel open(final Path folder) {
    final ModelTokenizer tokenizer = ModelTokenizer.open(folder);
    try {
      final boolean hasTemplate = !ChatTemplate.sha256(folder).isEmpty();
      return new AskedModel(
          Engines.openSequence(RunnerRequest.of(folder, tokenizer), Map.of()),
          tokenizer,
          hasTemplate ? ChatTemplate.open(folder, "default") : null);
    } catch (final RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** Tells whether it is asked in plain text. */
  boolean isPlain() {
    return template == null;
  }

  @Override
  public synchronized Verdict ask(
      final List<Map<String, Object>> messages, final int newTokens, final long seed) {
    final String prompt =
        template == null
            ? messages.stream()
                .map(message -> String.valueOf(message.get("content")))
                .collect(Collectors.joining("\n\n"))
            : template.render(ChatRequest.prompt(messages, null), () -> ChatForm.NOW);
    return ask(prompt, newTokens, seed);
  }

  /** Goes on with a text. */
  synchronized Verdict ask(final String prompt, final int newTokens, final long seed) {
    final int[] all = tokenizer.encode(prompt);
    final int most = Math.min(newTokens, model.contextTokens() / 2);
    if (all.length > model.contextTokens() - most) {
      throw new IllegalStateException(
          "the conversation is too long for the model of world.user or world.judge: tokens="
              + all.length
              + " context="
              + model.contextTokens());
    }
    final SequenceModel.Plan plan =
        new SequenceModel.Plan(most, SamplingSettings.PLAIN, seed, tokenizer::isEnd);
    final int[] tokens = model.generate(all, plan).tokens();
    final boolean ended = tokens.length > 0 && tokenizer.isEnd(tokens[tokens.length - 1]);
    final String text =
        tokenizer.decode(Arrays.copyOf(tokens, ended ? tokens.length - 1 : tokens.length));
    return new Verdict(text, all.length, tokens.length);
  }

  @Override
  public synchronized void close() {
    model.close();
    tokenizer.close();
  }
}
