package dev.coppice.bridge.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.trace.TraceGroup;
import dev.coppice.bridge.trace.TraceReader;
import dev.coppice.bridge.trace.TraceWriter;
import dev.coppice.bridge.wire.CreditedGroup;
import dev.coppice.bridge.wire.PackedGroup;
import dev.coppice.bridge.wire.TreePacker;
import dev.coppice.trajectory.TrajectoryGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a real process that writes a run folder and looks for what it had acknowledged.
 *
 * <p>More kills with {@code -Dcoppice.kills=200}.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("coppice.kills", 2);
  private static final long SEED = 2026;

  @TempDir private Path folder;

  @Test
  void shouldLoseNoAcknowledgedGroupWhenKilledAtAnyMoment() throws Exception {
    final Random random = new Random(SEED);
    int acknowledged = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      acknowledged = Math.max(acknowledged, runAndKill(random));

      final List<DurableRun.Sealed> sealed = DurableRun.sealed(folder);
      assertTrue(sealed.size() >= acknowledged, "seed=" + SEED + " kill=" + kill);
      assertEverySealedGroupIsThere(sealed, "seed=" + SEED + " kill=" + kill);
      acknowledged = sealed.size();
    }
    assertTrue(acknowledged > KILLS, "acknowledged=" + acknowledged);
    assertNothingTwiceAfterAnotherStart();
    System.out.println("kills=" + KILLS + " groups=" + acknowledged + " lost=0 twice=0");
  }

  /** Returns one more than the last number that the process had acknowledged. */
  private int runAndKill(final Random random) throws IOException, InterruptedException {
    final List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (final String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.startsWith("--")) {
        command.add(flag);
      }
    }
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(DurableRun.class.getName(), folder.toString()));
    final Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    int acknowledged = 0;
    try (BufferedReader out = process.inputReader()) {
      for (int left = 1 + random.nextInt(40); left > 0; left--) {
        final String line = out.readLine();
        assertTrue(line != null, "the process ended by itself");
        acknowledged = Integer.parseInt(line) + 1;
      }
      process.destroyForcibly();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    }
    return acknowledged;
  }

  /** A segment that was written but not yet noted when the process died is made again. */
  private void assertNothingTwiceAfterAnotherStart() {
    final Set<String> sealed = DurableRun.names(DurableRun.sealed(folder));
    final Path trajectories = folder.resolve("trajectories");
    try (ArrowSegmentWriter writer = DurableRun.segments(trajectories)) {
      writer.keepOnly(sealed);
    }
    assertEquals(sealed, Set.copyOf(new ArrowSegmentReader(trajectories).names()));
  }

  private void assertEverySealedGroupIsThere(
      final List<DurableRun.Sealed> sealed, final String where) {
    final ArrowSegmentReader segments = new ArrowSegmentReader(folder.resolve("trajectories"));
    try (TraceReader traces = new TraceReader(folder.resolve("traces.jsonl"))) {
      for (int number = 0; number < sealed.size(); number++) {
        final DurableRun.Sealed seal = sealed.get(number);
        final TrajectoryGroup expected = DurableRun.group(number);
        assertEquals(number, seal.number(), where);
        segments.check(seal.segment());
        final PackedGroup packed = segments.packed(seal.segment().name()).getFirst();
        final PackedGroup wanted = TreePacker.pack(new CreditedGroup(expected, List.of()));
        assertEquals(wanted.tokenCount(), packed.tokenCount(), where);
        assertEquals(wanted.leaves(), packed.leaves(), where);
        final TraceGroup found = traces.nextGroup();
        assertEquals(expected.id(), found.group().id(), where);
        for (int tree = 0; tree < expected.trees().size(); tree++) {
          assertArrayEquals(
              TraceWriter.line(expected.trees().get(tree), List.of()),
              TraceWriter.line(found.group().trees().get(tree), List.of()),
              where);
        }
      }
    }
  }
}
