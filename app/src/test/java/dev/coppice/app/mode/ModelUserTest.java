package dev.coppice.app.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Has a scripted back end play a customer. */
@Timeout(60)
class ModelUserTest {
  private static final int CONTEXT_TOKENS = 2_048;
  private static final String MARK = "\nCustomer:";

  private final ByteTokenizer tokenizer = new ByteTokenizer();

  /** The first path the back end was asked about: the prompt as the model saw it. */
  private String seen;

  private ModelUser saying(final String text) {
    final int[] script = tokenizer.encode(text);
    final PathPolicy policy =
        (path, length, target, offset) -> {
          final String all = tokenizer.decode(Arrays.copyOf(path, length));
          seen = seen == null ? all : seen;
          final int done = all.length() - all.lastIndexOf(MARK) - MARK.length();
          Arrays.fill(target, offset, offset + tokenizer.vocabularySize(), -1_000f);
          target[offset + (done < script.length ? script[done] : tokenizer.endToken())] = 0;
        };
    final RunnerPlug plug = Plugs.of(RunnerPlug.KIND).find("script");
    final RunnerRequest request =
        RunnerRequest.of(
            new RunnerRequest.Script(
                "scripted", tokenizer.vocabularySize(), CONTEXT_TOKENS, policy));
    return new ModelUser(
        plug.openSequence(request, PlugOptions.of(RunnerPlug.KIND, plug, Map.of())),
        tokenizer,
        null);
  }

  @Test
  void shouldReadTheScriptAndWhatWasSaidAndCountItsTokens() {
    try (ModelUser user = saying(" I am Ann.\nAgent: no")) {
      assertEquals(
          "I am Ann.", user.reply("You are Ann.", List.of("Hi!", "Hello.", "Who are you?"), 1));

      assertTrue(
          seen.endsWith(
              "You are Ann.\n\nAgent: Hi!\nCustomer: Hello.\nAgent: Who are you?\nCustomer:"),
          seen);
      assertEquals(seen.length(), user.counters().get("user_prompt_tokens"));
      assertEquals(
          " I am Ann.\nAgent: no".length() + 1, user.counters().get("user_sampled_tokens"));
    }
  }

  @Test
  void shouldRefuseAConversationThatIsTooLong() {
    try (ModelUser user = saying("Yes.")) {
      final IllegalStateException refusal =
          assertThrows(
              IllegalStateException.class,
              () -> user.reply("x".repeat(CONTEXT_TOKENS), List.of("Hi!"), 1));

      assertTrue(refusal.getMessage().contains("world.user"), refusal.getMessage());
    }
  }
}
