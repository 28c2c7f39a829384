package dev.coppice.app.mode;

import dev.coppice.app.runner.Engines;
import dev.coppice.chat.ChatForm;
import dev.coppice.chat.ChatRequest;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.tokenizer.ModelTokenizer;
import dev.coppice.environments.user.SimulatedUser;
import dev.coppice.model.RunnerRequest;
import dev.coppice.model.SequenceModel;
import dev.coppice.model.Tokenizer;
import dev.coppice.trajectory.SamplingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Has a model play the user: what the agent says is its user's, what the user says its own.
 *
 * @thread any; one at a time inside.
 */
public final class ModelUser implements SimulatedUser {
  private static final int NEW_TOKENS = 256;
  private static final String GUIDE =
      """
      You play a customer who talks to a service agent. What you want and know is written below; the agent \
      cannot see it. Say one short message at a time, in your own words and in the first person. Tell only what \
      is asked for, and nothing that is not written below; if you do not know something, say so. When all you \
      want is done, say only %s. If you are handed to somebody else, say only %s. If the agent asks for what is \
      not written below and cannot be left out, say only %s.

      """
          .formatted(STOP, TRANSFER, OUT_OF_SCOPE);

  private final SequenceModel model;
  private final Tokenizer tokenizer;
  private final ChatTemplate template;
  private final LongAdder read = new LongAdder();
  private final LongAdder drawn = new LongAdder();

  /**
   * Wraps a model.
   *
   * @param model that plays; closed with this one.
   * @param tokenizer of the model; closed with this one.
   * @param template of its conversations, or null for plain text.
   */
  public ModelUser(
      final SequenceModel model, final Tokenizer tokenizer, final ChatTemplate template) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.template = template;
  }

  /** Opens a model of its own: the run's belongs to the engine's thread. */
  static ModelUser open(final Path folder) {
    final ModelTokenizer tokenizer = ModelTokenizer.open(folder);
    try {
      final boolean hasTemplate = !ChatTemplate.sha256(folder).isEmpty();
      return new ModelUser(
          Engines.openSequence(RunnerRequest.of(folder, tokenizer), Map.of()),
          tokenizer,
          hasTemplate ? ChatTemplate.open(folder, "default") : null);
    } catch (final RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public synchronized String reply(final String script, final List<String> said, final long seed) {
    final int[] all = tokenizer.encode(prompt(script, said));
    final int newTokens = Math.min(NEW_TOKENS, model.contextTokens() / 2);
    if (all.length > model.contextTokens() - newTokens) {
      throw new IllegalStateException(
          "the conversation is too long for the model of world.user: tokens="
              + all.length
              + " context="
              + model.contextTokens());
    }
    final int[] tokens =
        model
            .generate(
                all,
                new SequenceModel.Plan(newTokens, SamplingSettings.PLAIN, seed, tokenizer::isEnd))
            .tokens();
    read.add(all.length);
    drawn.add(tokens.length);
    final boolean ended = tokens.length > 0 && tokenizer.isEnd(tokens[tokens.length - 1]);
    final String text =
        tokenizer.decode(Arrays.copyOf(tokens, ended ? tokens.length - 1 : tokens.length));
    final int line = template == null ? text.indexOf('\n') : -1;
    return (line < 0 ? text : text.substring(0, line)).strip();
  }

  private String prompt(final String script, final List<String> said) {
    if (template == null) {
      final StringBuilder text = new StringBuilder(GUIDE).append(script).append('\n');
      for (int i = 0; i < said.size(); i++) {
        text.append(i % 2 == 0 ? "\nAgent: " : "\nCustomer: ").append(said.get(i));
      }
      return text.append("\nCustomer:").toString();
    }
    final List<Map<String, Object>> messages = new ArrayList<>();
    messages.add(Map.of("role", "system", "content", GUIDE + script));
    for (int i = 0; i < said.size(); i++) {
      messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", said.get(i)));
    }
    return template.render(ChatRequest.prompt(messages, null), () -> ChatForm.NOW);
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of("user_prompt_tokens", read.sum(), "user_sampled_tokens", drawn.sum());
  }

  @Override
  public synchronized void close() {
    model.close();
    tokenizer.close();
  }
}
