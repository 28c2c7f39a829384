package dev.coppice.app.mode;

import dev.coppice.environments.score.Judge;
import dev.coppice.environments.user.SimulatedUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Has a model play the user: what the agent says is its user's, what the user says its own.
 *
 * @thread any.
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

  private final Judge model;
  private final LongAdder read = new LongAdder();
  private final LongAdder drawn = new LongAdder();

  /**
   * Wraps who answers.
   *
   * @param model that plays; closed with this one.
   */
  public ModelUser(final Judge model) {
    this.model = model;
  }

  @Override
  public String reply(final String script, final List<String> said, final long seed)
      throws Exception {
    final boolean plain = model instanceof AskedModel own && own.isPlain();
    final Judge.Verdict reply =
        plain
            ? ((AskedModel) model).ask(prompt(script, said), NEW_TOKENS, seed)
            : model.ask(messages(script, said), NEW_TOKENS, seed);
    read.add(reply.promptTokens());
    drawn.add(reply.sampledTokens());
    final String text = reply.text();
    final int line = plain ? text.indexOf('\n') : -1;
    return (line < 0 ? text : text.substring(0, line)).strip();
  }

  private static String prompt(final String script, final List<String> said) {
    final StringBuilder text = new StringBuilder(GUIDE).append(script).append('\n');
    for (int i = 0; i < said.size(); i++) {
      text.append(i % 2 == 0 ? "\nAgent: " : "\nCustomer: ").append(said.get(i));
    }
    return text.append("\nCustomer:").toString();
  }

  private static List<Map<String, Object>> messages(final String script, final List<String> said) {
    final List<Map<String, Object>> messages = new ArrayList<>();
    messages.add(Map.of("role", "system", "content", GUIDE + script));
    for (int i = 0; i < said.size(); i++) {
      messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", said.get(i)));
    }
    return messages;
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of("user_prompt_tokens", read.sum(), "user_sampled_tokens", drawn.sum());
  }

  @Override
  public void close() {
    model.close();
  }
}
