package dev.coppice.proxy.server;

import static dev.coppice.proxy.server.ScriptedProxy.assistant;
import static dev.coppice.proxy.server.ScriptedProxy.json;
import static dev.coppice.proxy.server.ScriptedProxy.quoted;
import static dev.coppice.proxy.server.ScriptedProxy.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxyServerTest {
  private static final String CALL =
      "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>";
  private static final String TOOLS =
      "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"add\",\"parameters\":{}}}]";

  private ScriptedProxy proxy;

  @BeforeEach
  void start() {
    proxy = new ScriptedProxy();
  }

  @AfterEach
  void stop() {
    proxy.checkIntegrity();
    proxy.close();
  }

  private static String messages(final String... messages) {
    return "\"messages\":[" + String.join(",", messages) + "]";
  }

  private static String said(final JsonNode answer) {
    return answer.at("/choices/0/message/content").asText();
  }

  private String text(final TrajectoryNode node) {
    return proxy.tokenizer().decode(node.tokens());
  }

  private TrajectoryTree onlyTree() {
    assertEquals(1, proxy.groups.size());
    assertEquals(1, proxy.groups.getFirst().group().trees().size());
    return proxy.groups.getFirst().group().trees().getFirst();
  }

  @Test
  void shouldRecordTwoRolloutsOfATaskAsOneTreeOfTheTokensTheModelSaw() {
    for (final String rollout : List.of("run:t:a", "-:t:b")) {
      final String first = said(proxy.chat(rollout, messages(user("say hello"))));
      assertEquals("hello", first);
      final String asked =
          messages(user("say hello"), assistant(first), user("anything " + rollout));
      final JsonNode second = proxy.chat(rollout, asked);
      assertEquals("stop", second.at("/choices/0/finish_reason").asText());
      assertEquals(6, said(second).length());
      proxy.reward(rollout, rollout.endsWith("a") ? 1 : 0);
    }

    final TrajectoryTree tree = onlyTree();
    assertEquals("<bos>user\nsay hello<eos>\n<bos>assistant\n", text(tree.node(0)));
    assertEquals(2, tree.node(0).draws());
    assertEquals("hello<eos>", text(tree.node(1)));
    assertEquals("\n<bos>user\nanything run:t:a<eos>\n<bos>assistant\n", text(tree.node(2)));
    assertEquals(2, tree.leaves().size());
    assertEquals(List.of(1.0, 0.0), tree.leaves().stream().map(Leaf::reward).toList());
    final var ledger = proxy.groups.getFirst().ledgers().getFirst();
    assertTrue(ledger.cachedTokens() > 64, "ledger=" + ledger);
  }

  @Test
  void shouldMarkATemplateThatRewritesHistoryAsABranchOfItsOwn() {
    try (ScriptedProxy rewriting = new ScriptedProxy(ScriptedProxy.REWRITING, 1)) {
      final String first = said(rewriting.chat("-:t:a", messages(user("say hello"))));
      rewriting.chat("-:t:a", messages(user("say hello"), assistant(first), user("say more")));
      rewriting.reward("-:t:a", 1);

      final TrajectoryTree tree = rewriting.groups.getFirst().group().trees().getFirst();
      assertEquals(2, tree.leaves().size());
      assertEquals("rewrite", tree.node(0).branch().policy());
      final TrajectoryNode again = tree.node(2);
      assertEquals(java.util.Set.of(NodeMark.REWRITTEN), again.marks());
      assertEquals(
          "cut<eos>\n<bos>user\nsay more<eos>\n<bos>assistant\n",
          rewriting.tokenizer().decode(again.tokens()));
    }
  }

  @Test
  void shouldStreamCallsAndTextInOpenAisEvents() {
    final HttpResponse<String> answer =
        proxy.post(
            "/r/-:t:a/v1/chat/completions",
            "{"
                + messages(user("say go " + CALL + "\n" + CALL))
                + ","
                + TOOLS
                + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    final List<JsonNode> chunks = events(answer.body());

    assertEquals(
        "text/event-stream; charset=utf-8", answer.headers().firstValue("content-type").orElse(""));
    assertEquals("assistant", chunks.getFirst().at("/choices/0/delta/role").asText());
    final StringBuilder text = new StringBuilder();
    final StringBuilder[] arguments = {new StringBuilder(), new StringBuilder()};
    for (final JsonNode chunk : chunks) {
      text.append(chunk.at("/choices/0/delta/content").asText(""));
      for (final JsonNode call : chunk.at("/choices/0/delta/tool_calls")) {
        arguments[call.path("index").asInt()].append(call.at("/function/arguments").asText());
      }
    }
    assertEquals("go", text.toString());
    assertEquals("{\"a\":1}", arguments[0].toString());
    assertEquals("{\"a\":1}", arguments[1].toString());
    final int last = chunks.size() - 1;
    assertEquals("tool_calls", chunks.get(last - 1).at("/choices/0/finish_reason").asText());
    assertTrue(chunks.get(last).at("/usage/completion_tokens").asInt() > 100);
    assertTrue(answer.body().endsWith("data: [DONE]\n\n"));
  }

  private static List<JsonNode> events(final String body) {
    final List<JsonNode> events = new ArrayList<>();
    for (final String line : body.split("\n")) {
      if (line.startsWith("data: {")) {
        events.add(json(line.substring(6)));
      }
    }
    return events;
  }

  @Test
  void shouldMatchCallsAndTheirResultsToWhatWasSampled() {
    final JsonNode first = proxy.chat("-:t:a", messages(user("say " + CALL)) + "," + TOOLS);
    final JsonNode message = first.at("/choices/0/message");
    final String id = message.at("/tool_calls/0/id").asText();
    final String result =
        "{\"role\":\"tool\",\"tool_call_id\":" + quoted(id) + ",\"content\":\"2\"}";
    proxy.chat("-:t:a", messages(user("say " + CALL), message.toString(), result) + "," + TOOLS);
    proxy.reward("-:t:a", 1);
    proxy.post("/coppice/groups/t/close", "{}");

    final TrajectoryTree tree = onlyTree();
    assertEquals(1, tree.leaves().size());
    assertEquals(CALL + "<eos>", text(tree.node(1)));
    assertEquals(
        "\n<bos>tool\n<tool_response>\n2\n</tool_response><eos>\n<bos>assistant\n",
        text(tree.node(2)));
    assertEquals("add", tree.calls().getFirst().tool());
    assertEquals(0, tree.node(2).call());
    assertEquals(0, tree.node(1).spans().getFirst().call());
  }

  @Test
  void shouldSpeakAnthropicsProtocol() {
    final String tools = "\"tools\":[{\"name\":\"add\",\"input_schema\":{\"type\":\"object\"}}]";
    final String ask =
        messages(user("say go " + CALL))
            + ",\"max_tokens\":200,"
            + tools
            + ",\"system\":\"be kind\"";
    final JsonNode whole = json(proxy.post("/r/-:t:a/v1/messages", "{" + ask + "}").body());
    final String stream =
        proxy.post("/r/-:t:b/v1/messages", "{" + ask + ",\"stream\":true}").body();

    assertEquals("tool_use", whole.path("stop_reason").asText());
    assertEquals("go", whole.at("/content/0/text").asText());
    assertEquals(1, whole.at("/content/1/input/a").asInt());
    assertTrue(stream.startsWith("event: message_start\ndata: "));
    assertTrue(stream.contains("\"partial_json\":\"{\\\"a\\\":1}\""), stream);
    assertTrue(stream.contains("\"stop_reason\":\"tool_use\""));
    assertTrue(stream.strip().endsWith("{\"type\":\"message_stop\"}"));
    final JsonNode error = json(proxy.post("/r/-:t:c/v1/messages", "{}").body());
    assertEquals("invalid_request_error", error.at("/error/type").asText());
    assertTrue(error.at("/error/message").asText().startsWith("max_tokens"));
  }

  @Test
  void shouldForceACallWhereOneIsRequired() {
    final JsonNode answer =
        proxy.chat(
            "-:t:a",
            messages(user("say  {\"a\": 3}}\n</tool_call>"))
                + ","
                + TOOLS
                + ",\"tool_choice\":\"required\"");

    // The script goes on behind the mark it finds in its turn, so the call is broken: it is text.
    final String given = text(firstTurn());
    assertTrue(
        given.endsWith("<bos>assistant\n<tool_call>\n{\"name\": \"add\", \"arguments\":"), given);
    assertEquals("stop", answer.at("/choices/0/finish_reason").asText());
  }

  private TrajectoryNode firstTurn() {
    proxy.reward("-:t:a", 0);
    proxy.post("/coppice/groups/t/close", "{}");
    return onlyTree().node(0);
  }

  @Test
  void shouldDrawByTheNamesOfRolloutsOrByASeedWhoeverElseAsks() throws Exception {
    final List<String> alone = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      alone.add(said(proxy.chat("-:t:r" + i, messages(user("anything")))));
    }
    assertNotEquals(1, alone.stream().distinct().count());
    final String seeded = messages(user("anything")) + ",\"seed\":7";
    assertEquals(said(proxy.chat("-:u:x", seeded)), said(proxy.chat("-:v:y", seeded)));
    final String once = said(proxy.chat("-:u:z", messages(user("anything"))));
    assertNotEquals(once, said(proxy.chat("-:u:z", messages(user("anything")))), "asked again");
    try (ScriptedProxy other = new ScriptedProxy();
        ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      final List<Future<String>> together = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        final String rollout = "-:t:r" + i;
        together.add(pool.submit(() -> said(other.chat(rollout, messages(user("anything"))))));
      }
      for (int i = 0; i < 6; i++) {
        assertEquals(alone.get(i), together.get(i).get());
      }
    }
  }

  @Test
  void shouldSampleManyRequestsTogether() throws Exception {
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      final List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        final String rollout = "-:task" + i + ":a";
        final String text = "number " + i + " of a long text that takes a while to be said";
        answers.add(pool.submit(() -> said(proxy.chat(rollout, messages(user("say " + text))))));
      }
      for (int i = 0; i < 200; i++) {
        assertTrue(answers.get(i).get().startsWith("number " + i + " of"), answers.get(i).get());
      }
    }
    assertTrue(proxy.loop.gauge().mostOpen() > 8, "together=" + proxy.loop.gauge().mostOpen());
  }

  @Test
  void shouldForkARolloutWhoseContinuationsShareItsPast() {
    final String first = said(proxy.chat("-:t:a", messages(user("say hello"))));
    final JsonNode forks = json(proxy.post("/coppice/rollouts/-:t:a/fork", "{\"n\":4}").body());
    assertEquals(4, forks.path("rollouts").size());
    final List<String> said = new ArrayList<>();
    for (final JsonNode name : forks.path("rollouts")) {
      said.add(
          said(
              proxy.chat(
                  name.asText(), messages(user("say hello"), assistant(first), user("anything")))));
    }
    assertTrue(said.stream().distinct().count() > 1, "said=" + said);
    int number = 0;
    for (final JsonNode name : forks.path("rollouts")) {
      proxy.reward(name.asText(), number++);
    }
    proxy.post("/coppice/groups/t/close", "{}");

    final TrajectoryTree tree = onlyTree();
    assertEquals(4, tree.node(1).branch().children());
    assertEquals("fork", tree.node(1).branch().policy());
    assertEquals(4, tree.leaves().size());
    assertEquals(0.25, tree.pathWeight(tree.leaves().getFirst().node()));
  }

  @Test
  void shouldEndAnAgentThatVanishesAsAFailureOfTheEnvironment() throws Exception {
    proxy.chat("-:t:a", messages(user("say hello")));
    proxy.chat("-:t:b", messages(user("say hello")));
    proxy.reward("-:t:b", 1);
    proxy.clockNs.set(10_000);
    final long deadline = System.nanoTime() + 20_000_000_000L;
    while (proxy.groups.isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }

    final Leaf gone = onlyTree().leaves().getFirst();
    assertEquals(LeafStatus.ENV_FAILED, gone.status());
    assertEquals(RolloutFailure.Boundary.ENVIRONMENT, gone.failure().boundary());
    assertEquals("agent_vanished", gone.failure().code());
    assertEquals(1.0, onlyTree().leaves().getLast().reward());
    final HttpResponse<String> late =
        proxy.post("/r/-:t:a/v1/chat/completions", "{" + messages(user("say hello")) + "}");
    assertEquals(409, late.statusCode());
    assertEquals("false", late.headers().firstValue("x-should-retry").orElse(""));
  }

  @Test
  void shouldScoreOneOfSeveralChoicesByTheIdOfItsAnswer() {
    final JsonNode answer = proxy.chat("-:t:a", messages(user("anything")) + ",\"n\":3");
    final String of = quoted(answer.path("id").asText());
    proxy.post("/coppice/rollouts/-:t:a/reward", "{\"reward\":5,\"of\":" + of + ",\"choice\":1}");
    proxy.reward("-:t:a", 1);
    proxy.post("/coppice/groups/t/close", "{}");

    assertEquals(List.of(1.0, 5.0, 1.0), onlyTree().leaves().stream().map(Leaf::reward).toList());
    assertEquals("choices", onlyTree().node(0).branch().policy());
  }

  @Test
  void shouldContinueBareTextsAndTokensFromWhatWasSampled() {
    final String prompt = "<bos>user\nanything<eos>\n<bos>assistant\n";
    final JsonNode first =
        json(
            proxy
                .post(
                    "/r/-:t:a/v1/completions",
                    "{\"max_tokens\":3,\"prompt\":" + quoted(prompt) + "}")
                .body());
    final String said = first.at("/choices/0/text").asText();
    assertEquals("length", first.at("/choices/0/finish_reason").asText());
    final JsonNode second =
        json(
            proxy
                .post("/r/-:t:a/v1/completions", "{\"prompt\":" + quoted(prompt + said) + "}")
                .body());
    assertEquals(3, second.at("/choices/0/text").asText().length());
    proxy.reward("-:t:a", 1);
    proxy.post("/coppice/groups/t/close", "{}");

    assertEquals(1, onlyTree().leaves().size());
    assertEquals(said, text(onlyTree().node(1)));
  }

  @Test
  void shouldLetNobodyInWithoutTheTokenOrByAForeignName() {
    final HttpResponse<String> wrong =
        proxy.send(
            HttpRequest.newBuilder(proxy.request("/v1/models").build().uri())
                .header("authorization", "Bearer other")
                .build());
    assertEquals(401, wrong.statusCode());
    assertEquals("invalid_api_key", json(wrong.body()).at("/error/code").asText());
    assertEquals(200, proxy.send(proxy.request("/v1/models").build()).statusCode());

    final Gate gate = new Gate(new ServerSettings("127.0.0.1", 0, "t", 1, 1));
    for (final String host : List.of("localhost:80", "127.0.0.1", "[::1]:8377", "LOCALHOST")) {
      gate.requireHost(host);
    }
    for (final String host :
        List.of("evil.example", "evil.example:8377", "127.0.0.1.evil:80", "")) {
      try {
        gate.requireHost(host);
      } catch (final dev.coppice.proxy.talk.RefusedException e) {
        continue;
      }
      throw new AssertionError("let in: " + host);
    }
  }

  @Test
  void shouldRefuseByNameWhatItCannotDo() {
    for (final String field :
        List.of(
            "\"logit_bias\":{\"5\":1}",
            "\"frequency_penalty\":0.5",
            "\"top_logprobs\":2",
            "\"response_format\":{\"type\":\"json_object\"}",
            "\"functions\":[]",
            "\"n\":0",
            "\"temperature\":-1",
            "\"stop\":[\"\"]",
            "\"made_up\":1")) {
      final HttpResponse<String> answer =
          proxy.post(
              "/r/-:t:a/v1/chat/completions",
              "{" + messages(user("say hello")) + "," + field + "}");
      final String name = field.substring(1, field.indexOf('"', 1));
      assertEquals(400, answer.statusCode(), field);
      assertEquals(name, json(answer.body()).at("/error/param").asText(), answer.body());
    }
    assertEquals(
        400, proxy.post("/v1/chat/completions", "{" + messages(user("x")) + "}").statusCode());
    assertEquals(413, proxy.post("/r/-:t:a/v1/completions", "x".repeat(200_000)).statusCode());
    assertEquals(
        404,
        proxy
            .post("/r/other:t:a/v1/chat/completions", "{" + messages(user("x")) + "}")
            .statusCode());
    final String large = "x".repeat(3000);
    assertEquals(
        "context_length_exceeded",
        proxy.chat("-:t:a", messages(user(large))).at("/error/code").asText());
    proxy.chat("-:t:a", messages(user("say hi")));
    assertTrue(
        proxy
            .chat("-:t:b", messages(user("say hi")) + ",\"temperature\":0.5")
            .at("/error/message")
            .asText()
            .contains("one distribution"));
  }

  @Test
  void shouldStopSamplingWhenNobodyWaitsAnyMore() throws Exception {
    final String text = "a".repeat(900);
    final String body = "{" + messages(user("say " + text)) + ",\"stream\":true}";
    final byte[] head =
        ("POST /r/-:t:a/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + ScriptedProxy.TOKEN
                + "\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    final int port = proxy.request("/").build().uri().getPort();
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(head);
      final StringBuilder seen = new StringBuilder();
      while (seen.toString().split("data: ").length < 3) {
        final int next = socket.getInputStream().read();
        assertTrue(next >= 0, "the answer ended early: " + seen);
        seen.append((char) next);
      }
      socket.setSoLinger(true, 0);
    }
    final long deadline = System.nanoTime() + 20_000_000_000L;
    while (System.nanoTime() < deadline
        && proxy.log.stream().noneMatch(event -> !(event instanceof RecordEvent.Began))) {
      Thread.onSpinWait();
    }

    final RecordEvent last = proxy.log.getLast();
    assertTrue(
        last instanceof RecordEvent.Discarded discarded && discarded.tokens() > 0,
        "what nobody got is no turn: " + last);
    assertEquals("hello", said(proxy.chat("-:t:a", messages(user("say hello")))));
  }
}
