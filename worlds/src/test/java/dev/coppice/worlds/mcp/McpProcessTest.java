package dev.coppice.worlds.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.schema.ToolSchemaException;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.environments.toolworld.WorldEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.ToolCall;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs a real server process and has it do what a server should not. */
class McpProcessTest {
  private static final McpServerConfig.Limits LIMITS =
      new McpServerConfig.Limits(30_000, 2_000, 1 << 20, 1_000);
  private static McpTaskset taskset;

  private McpWorld world;

  @BeforeEach
  void open() {
    if (taskset == null) {
      taskset = new McpTaskset(config(LIMITS));
    }
    world = (McpWorld) taskset.open();
    world.reset(taskset.task(0), 0);
  }

  @AfterEach
  void close() throws Exception {
    final Process process = world.process();
    world.close();
    if (process != null) {
      assertTrue(process.waitFor(5, TimeUnit.SECONDS), "the server was left behind");
    }
  }

  private static McpServerConfig config(
      final McpServerConfig.Limits limits, final String... manner) {
    final List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            CrankyServer.class.getName()));
    command.addAll(List.of(manner));
    return new McpServerConfig(
        command,
        Map.of(),
        null,
        Set.of("clock"),
        limits,
        List.of(new McpTask("Count.", null, List.of())));
  }

  @Test
  void shouldTakeTheToolsOfTheServerForItsOwn() throws Exception {
    final List<ToolSpec> tools = taskset.open().tools();

    assertEquals(15, tools.size());
    assertEquals("add", tools.get(0).name());
    assertEquals(SideEffect.WRITE, tools.get(0).effect());
    assertEquals(SideEffect.READ, tools.get(1).effect());
    assertEquals("cranky 1", tools.get(0).version());
    assertTrue(
        tools.stream().anyMatch(t -> t.name().equals("clock") && t.effect() == SideEffect.READ));
    assertEquals("\"counter is 4\"", call("add", Map.of("n", 4)).text());
    assertEquals("\"counter is 4\"", call("get", Map.of()).text());
    assertEquals("\"[image image/png, 4 base64 characters]\"", call("image", Map.of()).text());
    assertTrue(Double.isNaN(world.reward("anything", null).reward()));
  }

  @Test
  void shouldGiveTheServerWhatItsSchemasAllowAndNothingElse() throws Exception {
    final WorldEnvironment environment = new WorldEnvironment(taskset);
    final WorldEpisode episode = environment.start(environment.task(0), 1);
    final Map<String, Object> more = new LinkedHashMap<>();
    more.put("why", null);
    more.put("how", List.of(1));

    final Observation free = episode.call(CallText.write("get", more));
    more.put("n", 4);
    final Observation extra = episode.call(CallText.write("add", more));
    final Observation large = episode.call(CallText.write("add", Map.of("n", 1001)));
    episode.close();

    assertEquals(ToolCall.Status.OK, free.status(), free.text());
    assertTrue(free.text().contains("counter is 0"), free.text());
    assertTrue(extra.text().contains("counter is 4"), extra.text());
    assertEquals(ToolCall.Status.ILLEGAL, large.status());
    assertTrue(large.text().contains("add: n must be at most 1000, not 1001"), large.text());
  }

  @Test
  void shouldNameTheToolWhoseSchemaIsNoneWhenItConnects() {
    final ToolSchemaException refusal =
        assertThrows(ToolSchemaException.class, () -> new McpTaskset(config(LIMITS, "broken")));

    assertTrue(refusal.getMessage().contains("the tool broken "), refusal::getMessage);
    assertTrue(refusal.getMessage().contains("/required"), refusal::getMessage);
  }

  @Test
  void shouldPassOverNoiseAndCutWhatIsLong() throws Exception {
    assertEquals("mcp_error", failure("noise").code());
    open();
    final String text = call("long", Map.of()).text();

    assertTrue(text.endsWith("... (19000 more characters)\""), text.substring(900));
    assertEquals("\"counter is 0\"", call("get", Map.of()).text());
  }

  @Test
  void shouldTellThePolicyWhatTheServerRefuses() throws Exception {
    final ToolResult refused = call("refuse", Map.of());
    final ToolResult mistake = call("mistake", Map.of());

    assertEquals(ToolCall.Status.ILLEGAL, refused.status());
    assertTrue(refused.text().contains("not like so"), refused.text());
    assertEquals(ToolCall.Status.OK, mistake.status());
    assertEquals(false, mistake.correct());
    assertEquals("{\"error\":\"cannot do that\"}", mistake.text());
  }

  @Test
  void shouldFailTheCallWhenTheServerDies() throws Exception {
    final ToolFailedException failure = failure("crash");

    assertEquals("mcp_server_died", failure.code());
    assertEquals(ToolCall.Status.THREW, failure.status());
    assertTrue(failure.getMessage().contains("status 7"), failure.getMessage());
    assertTrue(failure.getMessage().contains("I am out of here"), failure.getMessage());
    assertEquals("mcp_session_over", failure("get").code());
  }

  @Test
  void shouldFailTheCallWhenTheServerAnswersNonsense() throws Exception {
    final ToolFailedException failure = failure("malformed");

    assertEquals("mcp_malformed", failure.code());
    assertEquals(ToolCall.Status.INVALID, failure.status());
    assertGone();
  }

  @Test
  void shouldFailTheCallWhenTheServerNeverStopsTalking() throws Exception {
    final ToolFailedException failure = failure("flood");

    assertEquals("mcp_oversize", failure.code());
    assertEquals(ToolCall.Status.OVERSIZE, failure.status());
    assertGone();
  }

  @Test
  void shouldFailTheCallAtItsDeadlineWhenTheServerHangs() throws Exception {
    call("get", Map.of());
    final long startNs = System.nanoTime();

    final ToolFailedException failure = failure("hang");

    final long overMs =
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) - LIMITS.callTimeoutMs();
    assertEquals("mcp_timeout", failure.code());
    assertEquals(ToolCall.Status.TIMEOUT, failure.status());
    assertTrue(overMs < 1_000, "overMs=" + overMs);
    assertGone();
  }

  @Test
  void shouldEndSoonAfterItsThreadIsInterrupted() throws Exception {
    call("get", Map.of());
    final AtomicReference<Exception> thrown = new AtomicReference<>();
    final CountDownLatch begun = new CountDownLatch(1);
    final Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  begun.countDown();
                  thrown.set(assertThrows(Exception.class, () -> call("hang", Map.of())));
                });
    begun.await();

    thread.interrupt();

    assertTrue(thread.join(Duration.ofMillis(LIMITS.callTimeoutMs() / 2)));
    assertTrue(thrown.get() instanceof InterruptedException, "" + thrown.get());
    assertGone();
  }

  @Test
  void shouldLeaveNoChildOfTheServerBehind() throws Exception {
    assertEquals("mcp_error", failure("child").code());
    final List<ProcessHandle> children = world.process().descendants().toList();
    assertEquals(1, children.size());

    world.close();

    for (final ProcessHandle child : children) {
      child.onExit().get(5, TimeUnit.SECONDS);
      assertFalse(child.isAlive());
    }
  }

  @Test
  void shouldSayWhyAServerDoesNotComeUp() {
    final McpServerConfig.Limits brief = new McpServerConfig.Limits(3_000, 1_000, 1_000, 1_000);
    final McpTask task = new McpTask("x", null, List.of());
    final IllegalArgumentException absent =
        assertThrows(
            IllegalArgumentException.class,
            () -> new McpTaskset(command(brief, task, "/no/such/server")));
    final IllegalArgumentException dead =
        assertThrows(
            IllegalArgumentException.class,
            () -> new McpTaskset(command(brief, task, "/bin/sh", "-c", "echo no >&2; exit 3")));
    final IllegalArgumentException mute =
        assertThrows(
            IllegalArgumentException.class,
            () -> new McpTaskset(command(brief, task, "/bin/sleep", "100")));

    assertTrue(absent.getMessage().contains("/no/such/server"), absent.getMessage());
    assertTrue(dead.getMessage().contains("status 3: no"), dead.getMessage());
    assertTrue(mute.getMessage().contains("did not start in 3000 ms"), mute.getMessage());
  }

  private static McpServerConfig command(
      final McpServerConfig.Limits limits, final McpTask task, final String... command) {
    return new McpServerConfig(List.of(command), Map.of(), null, Set.of(), limits, List.of(task));
  }

  private ToolResult call(final String tool, final Map<String, Object> arguments) throws Exception {
    return world.call(new ToolRequest(tool, arguments, 0));
  }

  private ToolFailedException failure(final String tool) {
    return assertThrows(ToolFailedException.class, () -> call(tool, Map.of()));
  }

  private void assertGone() throws Exception {
    assertTrue(world.process().waitFor(5, TimeUnit.SECONDS), "the server lives on");
  }
}
