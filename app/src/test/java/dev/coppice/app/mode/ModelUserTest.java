package dev.coppice.app.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.plug.PlugOptions;
import dev.coppice.plug.Plugs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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
        new AskedModel(
            plug.openSequence(request, PlugOptions.of(RunnerPlug.KIND, plug, Map.of())),
            tokenizer,
            null));
  }

  @Test
  void shouldReadTheScriptAndWhatWasSaidAndCountItsTokens() throws Exception {
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

  /** A server stands in for an engine: it answers chat completions, counts, and fails when it is told to. */
  @Test
  void shouldAskAnEngineAtAnAddress() throws Exception {
    final List<String> asked = new CopyOnWriteArrayList<>();
    final HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          final String answer =
              asked.size() > 1
                  ? "{}"
                  : "{\"choices\":[{\"message\":{\"content\":\" Me. \"}}],"
                      + "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3}}";
          exchange.sendResponseHeaders(200, answer.length());
          exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    server.start();
    final String named = "http://127.0.0.1:" + server.getAddress().getPort() + "#small";
    try (ModelUser user = new ModelUser(AskedModel.open(named, name -> null))) {
      assertEquals("Me.", user.reply("You are Ann.", List.of("Who?"), 1));

      assertTrue(asked.getFirst().contains("\"model\":\"small\""), asked.getFirst());
      assertTrue(asked.getFirst().contains("\"role\":\"user\""), asked.getFirst());
      assertEquals(Map.of("user_prompt_tokens", 11L, "user_sampled_tokens", 3L), user.counters());
      assertThrows(IOException.class, () -> user.reply("You are Ann.", List.of("Who?"), 1));
    } finally {
      server.stop(0);
    }
  }
}
