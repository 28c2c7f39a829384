package dev.coppice.proxy.server;

import static dev.coppice.proxy.server.ScriptedProxy.assistant;
import static dev.coppice.proxy.server.ScriptedProxy.json;
import static dev.coppice.proxy.server.ScriptedProxy.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy stands in front of servers as it stands in front of the embedded decoder. */
final class ProxyOverServersTest {
  private static final String CALL =
      "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>";
  private static final String TOOLS =
      "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"add\",\"parameters\":{}}}]";

  private final List<StubServer> stubs = new ArrayList<>();
  private ScriptedProxy proxy;

  @AfterEach
  void stop() {
    proxy.close();
    stubs.forEach(StubServer::close);
  }

  private static String messages(final String... messages) {
    return "\"messages\":[" + String.join(",", messages) + "]";
  }

  private static String said(final JsonNode answer) {
    return answer.at("/choices/0/message/content").asText(answer.toString());
  }

  private TrajectoryTree onlyTree() {
    assertEquals(1, proxy.groups.size());
    assertEquals(1, proxy.groups.getFirst().group().trees().size());
    return proxy.groups.getFirst().group().trees().getFirst();
  }

  /** Every sampled token has the probability the server drew it with. */
  private static void checkLogprobs(final TrajectoryTree tree) {
    double all = 0;
    for (char letter = 'a'; letter <= 'h'; letter++) {
      all += Math.exp(ScriptedProxy.score(letter));
    }
    final double sum = all;
    for (final TrajectoryNode node : tree.nodes()) {
      if (node.kind().isSampled()) {
        for (int i = 0; i < node.length(); i++) {
          final double logprob = node.logprobs()[i];
          final char letter = (char) node.tokens()[i];
          // The script is sure, or draws from eight letters.
          final boolean isRandom = letter >= 'a' && letter <= 'h';
          final double drawn = ScriptedProxy.score(letter) - Math.log(sum);
          final double off = Math.min(Math.abs(logprob), isRandom ? Math.abs(logprob - drawn) : 9);
          assertEquals(0, off, 1e-4, () -> "logprob=" + logprob + " letter=" + letter);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldMakeATreeOfRolloutsAndBookWhatTheServerComputed(final String engine) {
    proxy = ScriptedProxy.over(engine, stubs);
    final long before = stubs.getFirst().computedPrompt.get();
    for (final String rollout : List.of("run:t:a", "-:t:b")) {
      final String first = said(proxy.chat(rollout, messages(user("say hello"))));
      assertEquals("hello", first);
      final JsonNode second =
          proxy.chat(
              rollout, messages(user("say hello"), assistant(first), user("anything " + rollout)));
      assertEquals("stop", second.at("/choices/0/finish_reason").asText());
      proxy.reward(rollout, rollout.endsWith("a") ? 1 : 0);
    }

    final TrajectoryTree tree = onlyTree();
    assertEquals(2, tree.node(0).draws());
    assertEquals(List.of(1.0, 0.0), tree.leaves().stream().map(Leaf::reward).toList());
    checkLogprobs(tree);
    final TreeLedger ledger = proxy.groups.getFirst().ledgers().getFirst();
    final long computed = stubs.getFirst().computedPrompt.get() - before;
    // The last token a server samples it never reads; whoever goes on pays it as sampled.
    final long continued = 2;
    assertTrue(
        Math.abs(ledger.prefilledTokens() - computed) <= continued,
        "ledger=" + ledger + " computed=" + computed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldForkARolloutAndTakeCallsApart(final String engine) {
    proxy = ScriptedProxy.over(engine, stubs);
    final JsonNode first = proxy.chat("-:t:a", messages(user("say " + CALL)) + "," + TOOLS);
    final JsonNode message = first.at("/choices/0/message");
    assertEquals("add", message.at("/tool_calls/0/function/name").asText(), first.toString());
    final String result =
        "{\"role\":\"tool\",\"tool_call_id\":"
            + message.at("/tool_calls/0/id")
            + ",\"content\":\"2\"}";
    final JsonNode forks = json(proxy.post("/coppice/rollouts/-:t:a/fork", "{\"n\":3}").body());
    for (final JsonNode name : forks.path("rollouts")) {
      final String asked =
          messages(user("say " + CALL), message.toString(), result, user("anything"));
      assertEquals(6, said(proxy.chat(name.asText(), asked + "," + TOOLS)).length());
      proxy.reward(name.asText(), 1);
    }
    proxy.post("/coppice/groups/t/close", "{}");

    assertEquals(3, onlyTree().leaves().size());
    assertEquals("fork", onlyTree().node(1).branch().policy());
    checkLogprobs(onlyTree());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldAskForChoicesAndManyAtATime(final String engine) throws Exception {
    proxy = ScriptedProxy.over(engine, stubs);
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      final List<Future<JsonNode>> answers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        final String rollout = "-:task" + i + ":a";
        answers.add(
            pool.submit(() -> proxy.chat(rollout, messages(user("anything")) + ",\"n\":3")));
      }
      for (final Future<JsonNode> answer : answers) {
        assertEquals(3, answer.get().path("choices").size(), answer.get()::toString);
      }
    }
    proxy.reward("-:task7:a", 1);
    proxy.post("/coppice/groups/task7/close", "{}");
    assertEquals(3, onlyTree().leaves().size());
    checkLogprobs(onlyTree());
  }

  @ParameterizedTest
  @ValueSource(strings = {"vllm", "sglang", "llama-server"})
  void shouldGoOnFromWhatCameWhereAStreamWasCut(final String engine) {
    proxy = ScriptedProxy.over(engine, stubs);
    stubs.getFirst().quirks.cuts.set(1);
    assertEquals("hello there", said(proxy.chat("-:t:a", messages(user("say hello there")))));
    assertEquals(0, stubs.getFirst().quirks.cuts.get());
    proxy.reward("-:t:a", 1);
    proxy.post("/coppice/groups/t/close", "{}");
    assertEquals(1, onlyTree().leaves().size());
    checkLogprobs(onlyTree());
  }
}
