package dev.coppice.environments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.filesystem.FilesystemTaskset;
import dev.coppice.environments.retail.RetailTaskset;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.Toolbox;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the worlds with large states to what a fork may cost. */
class ForkCostTest {
  private static final int WORLD_SIZE = 1_000;
  private static final int FORKS = 1_000;
  private static final int WRITES = 100;
  private static final long FORK_BYTES = 200;
  private static final long ALL_BYTES = 20L << 20;

  @TempDir private Path folder;

  @Test
  void shouldForkInFewBytesWhateverTheSizeOfTheWorld() throws Exception {
    for (final Environment environment : List.of(filesystem(), retail())) {
      final Episode episode = environment.start(environment.task(0), 0);
      final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      final Episode[] forks = new Episode[FORKS];
      final long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < FORKS; i++) {
        forks[i] = episode.fork();
      }
      final long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / FORKS;

      assertTrue(bytes < FORK_BYTES, environment.name() + " bytes per fork=" + bytes);
      assertEquals(episode.digest(), forks[FORKS - 1].digest());
    }
  }

  @Test
  void shouldHoldAThousandForksOfAHundredWritesEachInTwentyMegabytes() throws Exception {
    final Environment files = filesystem();
    assertMemory(files, i -> Toolbox.write("touch", Map.of("file_name", "new" + i)));
    assertMemory(retail(), ForkCostTest::move);
  }

  @Test
  @Tag("slow")
  void shouldHoldTenThousandForksOfAHundredWritesEachInTwoHundredMegabytes() throws Exception {
    assertWorldMemory(filesystem(), i -> Toolbox.write("touch", Map.of("file_name", "new" + i)));
    assertWorldMemory(retail(), ForkCostTest::move);
  }

  /** Writes into the worlds themselves, as the digest after each of a million writes takes minutes. */
  private static void assertWorldMemory(
      final Environment environment, final IntFunction<String> call) throws Exception {
    final int count = 10 * FORKS;
    final Taskset taskset = ((WorldEnvironment) environment).taskset();
    final ToolWorld first = taskset.open();
    first.reset(taskset.task(0), 0);
    final List<ToolWorld> forks = new ArrayList<>(count);
    final long before = usedBytes();
    for (int fork = 0; fork < count; fork++) {
      final ToolWorld world = first.fork();
      for (int write = 0; write < WRITES; write++) {
        final CallText text = CallText.read(call.apply(write));
        world.call(new ToolRequest(text.tool(), text.arguments(), 0));
      }
      forks.add(world);
    }
    final long bytes = usedBytes() - before;

    System.out.printf(
        "%s: %d forks of %d writes each hold %.1f MB%n",
        environment.name(), count, WRITES, bytes / 1e6);
    assertTrue(bytes < 10 * ALL_BYTES, environment.name() + " bytes=" + bytes);
    assertNotEquals(first.digest(), forks.getLast().digest());
  }

  private static String move(final int user) {
    final Map<String, Object> arguments = new TreeMap<>(address());
    arguments.put("user_id", "user" + user);
    arguments.put("address1", "moved");
    return Toolbox.write("modify_user_address", arguments);
  }

  private static void assertMemory(final Environment environment, final IntFunction<String> call)
      throws Exception {
    final Episode first = environment.start(environment.task(0), 0);
    final List<Episode> forks = new ArrayList<>(FORKS);
    final long before = usedBytes();
    for (int fork = 0; fork < FORKS; fork++) {
      final Episode episode = first.fork();
      for (int write = 0; write < WRITES; write++) {
        episode.call(call.apply(write));
      }
      forks.add(episode);
    }
    final long bytes = usedBytes() - before;

    System.out.printf(
        "%s: %d forks of %d writes each hold %.1f MB%n",
        environment.name(), FORKS, WRITES, bytes / 1e6);
    assertTrue(bytes < ALL_BYTES, environment.name() + " bytes=" + bytes);
    assertNotEquals(first.digest(), forks.getLast().digest());
  }

  private static long usedBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private Environment filesystem() throws IOException {
    final Map<String, Object> contents = new TreeMap<>();
    for (int i = 0; i < WORLD_SIZE; i++) {
      contents.put("d" + i, Map.of("type", "directory", "contents", Map.of()));
    }
    final Map<String, Object> home =
        Map.of(
            "type",
            "directory",
            "contents",
            Map.of("all", Map.of("type", "directory", "contents", contents)));
    final Path data = Files.createDirectories(folder.resolve("bfcl"));
    Files.createDirectories(data.resolve("possible_answer"));
    final String file = "BFCL_v4_multi_turn_base.json";
    Files.writeString(
        data.resolve(file),
        CanonicalJson.write(
            Map.of(
                "id",
                "e",
                "question",
                List.of(),
                "involved_classes",
                List.of("GorillaFileSystem"),
                "initial_config",
                Map.of("GorillaFileSystem", Map.of("root", Map.of("home", home))))));
    Files.writeString(
        data.resolve("possible_answer").resolve(file),
        CanonicalJson.write(Map.of("id", "e", "ground_truth", List.of(List.of("ls()")))));
    return new WorldEnvironment(new FilesystemTaskset(data));
  }

  private Environment retail() throws IOException {
    final Map<String, Object> users = new TreeMap<>();
    for (int i = 0; i < WORLD_SIZE; i++) {
      users.put(
          "user" + i,
          Map.of(
              "user_id",
              "user" + i,
              "name",
              Map.of("first_name", "A", "last_name", "B"),
              "address",
              address(),
              "email",
              "e" + i,
              "payment_methods",
              Map.of(),
              "orders",
              List.of()));
    }
    final Path data = Files.createDirectories(folder.resolve("retail"));
    Files.writeString(
        data.resolve("db.json"),
        CanonicalJson.write(Map.of("products", Map.of(), "orders", Map.of(), "users", users)));
    Files.writeString(data.resolve("tasks.json"), "[{\"id\":\"0\"}]");
    Files.writeString(data.resolve("policy.md"), "Be kind.");
    return new WorldEnvironment(new RetailTaskset(data, "all"));
  }

  private static Map<String, String> address() {
    return Map.of(
        "address1", "a", "address2", "b", "city", "c", "country", "d", "state", "e", "zip", "f");
  }
}
