package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.config.ConfigLoader;
import dev.coppice.app.config.RunConfig;
import dev.coppice.app.folder.RunFolder;
import dev.coppice.app.run.RunResources;
import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.LeafRow;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightRuntimeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups and credit of a fleet that learns are those of one engine, bit for bit. */
@Timeout(240)
class FleetLessonsServeTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int GROUPS = 18;
  private static final int TASKS = 4;
  private static final int BEHIND = 4;
  private static final int ENDED = 3;
  private static final int TAKEN = 2;
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

  @TempDir private Path folder;

  private final long seed = new Random().nextInt(1_000_000);

  private static Path model() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("models/tiny-policy"))) {
      at = at.getParent();
    }
    return at.resolve("models/tiny-policy");
  }

  private RunConfig config(final int groupsInFlight, final int behind) {
    return new ConfigLoader()
        .override("run.out", folder.resolve("runs").toString())
        .override("run.seed", "" + seed)
        .override("run.journal", "false")
        .override("task.environment", "drawers")
        .override("task.count", "" + TASKS)
        .override("model.path", model().toString())
        .override("limits.new-tokens", "96")
        .override("engine.groups-in-flight", "" + groupsInFlight)
        .override("budget.allocation", "history")
        .override("budget.history.small", "2")
        .override("budget.history.large", "4")
        .override("tree.policy", "two-stage")
        .override("tree.trees", "3")
        .override("tree.two-stage.most", "4")
        .override("tree.two-stage.block", "2")
        .override("tree.two-stage.look", "3")
        .override("credit.estimators", "turn-share")
        .override("credit.turn-share.behind", "" + BEHIND)
        .override("bridge.batch", "" + GROUPS)
        .override("bridge.learn-behind", "" + behind)
        .load();
  }

  /** One engine of its own, in this process. */
  private static final class Service implements AutoCloseable {
    private final RunResources resources;
    private final ServeJob job;
    private final Thread thread;
    private final BridgeClient client;
    private final Path root;
    private final Set<Long> leased = new HashSet<>();

    Service(final RunConfig config, final RunFolder run) throws Exception {
      resources = RunResources.open(config);
      root = run.root();
      job = new ServeJob(config, run, resources, null);
      final CompletableFuture<ServeJob.Announcement> announced = new CompletableFuture<>();
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      job.run(announced::complete);
                    } catch (final InterruptedException | RuntimeException e) {
                      announced.completeExceptionally(e);
                    }
                  });
      client = BridgeClient.connect(announced.get().location());
    }

    void lease(final long number) {
      client.submitAs(number + " to " + root, List.of((int) number % TASKS), number);
      leased.add(number);
    }

    /** Asks for what groups taught that ended here. */
    Map<Long, String> lessons() throws Exception {
      final Map<Long, String> lessons = new TreeMap<>();
      for (final String lesson : client.lessons(List.copyOf(leased))) {
        lessons.put(MAPPER.readTree(lesson).path("group").asLong(), lesson);
      }
      return lessons;
    }

    Map<Long, String> take(final long count) {
      final Map<Long, String> taken = new TreeMap<>();
      try (GroupFeed feed =
          client.groups(SegmentForm.TREE_PACKED, count, false, TimeUnit.MINUTES.toMillis(2))) {
        while (feed.next()) {
          feed.groups().forEach(group -> taken.put(number(group), canonical(group)));
        }
      }
      return taken;
    }

    /** Waits until every group has ended, and takes those that were not dropped. */
    Map<Long, String> takeAll() throws Exception {
      JsonNode counts = MAPPER.readTree(client.status()).path("counts");
      while (counts.path("queued").asInt() + counts.path("in_flight").asInt() > 0) {
        assertTrue(thread.isAlive(), "the engine ended: " + counts);
        LockSupport.parkNanos(LOOK_NS);
        counts = MAPPER.readTree(client.status()).path("counts");
      }
      return take(counts.path("sealed").asInt());
    }

    @Override
    public void close() {
      client.close();
      job.stop();
      try {
        thread.join();
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      resources.close();
    }
  }

  private static long number(final PackedGroup group) {
    return group.nodes().getFirst().place().group();
  }

  /** Writes out what must be the same on every engine: all but what it cost. */
  private static String canonical(final PackedGroup group) {
    final StringBuilder text = new StringBuilder();
    for (final NodeRow node : group.nodes()) {
      text.append(node.place()).append(node.kind()).append(node.share());
      text.append(Arrays.toString(node.columns().tokens()));
      text.append(Arrays.toString(node.columns().logprobs()));
      text.append(Arrays.toString(node.columns().advantages())).append('\n');
    }
    for (final LeafRow leaf : group.leaves()) {
      text.append(leaf.place()).append(leaf.outcome()).append(leaf.draws());
      text.append(leaf.weight()).append(' ').append(leaf.advantage()).append('\n');
    }
    return text.toString();
  }

  private static String withoutCost(final String lesson) {
    return lesson.replaceAll("\"computed_tokens\":\\d+,", "");
  }

  @Test
  void groupsAndCreditOfAFleetAreThoseOfOneEngineAlone() throws Exception {
    final Map<Long, String> alone;
    final RunConfig plain = config(BEHIND, 0);
    try (Service one = new Service(plain, ServeJob.prepare(plain, null))) {
      final List<Integer> tasks = new ArrayList<>();
      for (int number = 0; number < GROUPS; number++) {
        tasks.add(number % TASKS);
      }
      one.client.submit("all", tasks);
      alone = one.takeAll();
      final FlightRuntimeException refused =
          assertThrows(FlightRuntimeException.class, () -> one.client.submitAs("x", tasks, 99));
      assertTrue(refused.getMessage().contains("bridge.learn-behind"), refused.getMessage());
      assertThrows(FlightRuntimeException.class, () -> one.client.learn(List.of()));
    }
    assertTrue(alone.values().stream().map(text -> text.split("\n").length).distinct().count() > 2);

    final Map<Long, String> fleet = new TreeMap<>();
    final Map<Long, String> lessons = new TreeMap<>();
    final RunConfig config = config(2, BEHIND);
    final RunFolder kept = ServeJob.prepare(config, null);
    try (Service first = new Service(config, kept)) {
      try (Service second = new Service(config, ServeJob.prepare(config, null))) {
        for (long number = 0; number < GROUPS; number++) {
          (number % 3 == 1 ? second : first).lease(number);
        }
        while (second.lessons().size() < ENDED) {
          exchange(first, second, lessons);
          LockSupport.parkNanos(LOOK_NS);
        }
        // Two come through; the others that ended are lost with the engine, their lessons are not.
        fleet.putAll(second.take(TAKEN));
        exchange(first, second, lessons);
      }
      for (long number = 1; number < GROUPS; number += 3) {
        if (!fleet.containsKey(number)) {
          first.lease(number);
        }
      }
      fleet.putAll(first.takeAll());
      lessons.putAll(first.lessons());

      assertEquals(alone.keySet(), fleet.keySet(), "seed=" + seed);
      alone.forEach((number, text) -> assertEquals(text, fleet.get(number), "seed=" + seed));
      assertEquals(GROUPS, lessons.size(), "seed=" + seed);
      refuses(first, lessons);
    }
    // A process that goes on knows them all.
    try (Service again = new Service(config, kept)) {
      again.leased.addAll(lessons.keySet());
      final Map<Long, String> read = again.lessons();
      lessons.forEach(
          (number, lesson) ->
              assertEquals(withoutCost(lesson), withoutCost(read.get(number)), "seed=" + seed));
    }
  }

  /** Passes on what each has not heard of the other. */
  private static void exchange(
      final Service first, final Service second, final Map<Long, String> told) throws Exception {
    for (final Service from : List.of(first, second)) {
      final Map<Long, String> fresh = from.lessons();
      fresh.keySet().removeAll(told.keySet());
      final List<String> texts = List.copyOf(fresh.values());
      final Service to = from == first ? second : first;
      assertEquals(texts.size(), to.client.learn(texts));
      assertEquals(0, to.client.learn(texts), "taken twice it counts once");
      told.putAll(fresh);
    }
  }

  /** Wrong lessons change nothing and are named. */
  private static void refuses(final Service service, final Map<Long, String> lessons) {
    service.client.pause();
    service.lease(GROUPS + 1L);
    final String some = lessons.get(0L);
    final String leased = some.replaceFirst("\"group\":0", "\"group\":" + (GROUPS + 1));
    final String next = some.replaceFirst("\"group\":0", "\"group\":" + GROUPS);
    for (final Map.Entry<String, String> wrong :
        Map.of(
                leased, "leased here",
                next.replaceFirst("\"turn-share\"", "\"other\""), "turn-share",
                next.replaceFirst("\"trees\"", "\"stems\""), "trees",
                next.replaceFirst("\"group\":", "\"set\":"), "group")
            .entrySet()) {
      final FlightRuntimeException refused =
          assertThrows(
              FlightRuntimeException.class,
              () -> service.client.learn(List.of(next, wrong.getKey())));
      assertTrue(refused.getMessage().contains(wrong.getValue()), refused.getMessage());
    }
    assertEquals(List.of(), service.client.lessons(List.of((long) GROUPS)));
  }
}
