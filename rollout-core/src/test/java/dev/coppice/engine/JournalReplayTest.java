package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.core.State;
import dev.coppice.eventlog.EventDescriptor;
import dev.coppice.eventlog.JournalReplay;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.EntropyPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class JournalReplayTest {
  private record Frame(int type, byte[] payload) {}

  @Test
  void aJournalReplaysARunWithFaultsAndLateAnswersExactly() throws InterruptedException {
    final long seed = new Random().nextLong();
    final List<Frame> journal = new ArrayList<>();
    final TestRun run = faultyRun(seed, journal);

    final Map<Integer, GroupResult> lived = run.run();
    final Map<Integer, GroupResult> replayed = new TreeMap<>();
    final JournalReplay replay = replay(run, replayed);
    for (final Frame frame : journal) {
      replay.accept(frame.type(), frame.payload());
      replay.checkIntegrity();
    }

    assertEquals(TestRun.canonical(lived), TestRun.canonical(replayed), "seed=" + seed);
    assertEquals(run.stats().tokens().decoded(), replay.counters().decoded, "seed=" + seed);
    assertEquals(run.stats().tokens().discarded(), replay.counters().discarded, "seed=" + seed);
    assertTrue(replay.counters().discarded > 0, "nothing was discarded: seed=" + seed);
  }

  @Test
  void aChangedDrawChangesTheReplay() throws InterruptedException {
    final List<Frame> journal = new ArrayList<>();
    final TestRun run = faultyRun(5, journal);
    final Map<Integer, GroupResult> lived = run.run();

    final Map<Integer, GroupResult> replayed = new TreeMap<>();
    final JournalReplay replay = replay(run, replayed);
    boolean changed = false;
    for (final Frame frame : journal) {
      final byte[] payload = frame.payload().clone();
      if (!changed && frame.type() == EventDescriptor.DRAWN) {
        final int firstToken = 8 + 4 + 4 * 4 + 4 + 1 + 4 + 4;
        payload[firstToken] = (byte) (payload[firstToken] == 1 ? 2 : 1);
        changed = true;
      }
      replay.accept(frame.type(), payload);
    }

    assertTrue(!TestRun.canonical(lived).equals(TestRun.canonical(replayed)));
  }

  private static TestRun faultyRun(final long seed, final List<Frame> journal) {
    final LetterWorld faulty =
        new LetterWorld(
            100,
            (text, calls) -> {
              if (text.length() % 5 == 4) {
                throw new IllegalStateException("broken on purpose");
              }
              return null;
            });
    return new TestRun()
        .seed(seed)
        .world(faulty)
        .groups(12)
        .policy(new EntropyPolicy(2.3, new int[] {4, 2}))
        .runner(ScriptedRunner.letters(ScriptedRunner.Manners.OF_A_SERVER))
        .journal(
            (type, buffer, offset, length) -> {
              final byte[] payload = new byte[length];
              buffer.getBytes(offset, payload);
              journal.add(new Frame(type, payload));
            });
  }

  private static JournalReplay replay(final TestRun run, final Map<Integer, GroupResult> results) {
    final State.World world =
        new State.World(
            run.policy(),
            new LetterTokenizer(),
            LetterWorld.calm(1).dialect(),
            ScriptedRunner.letters(ScriptedRunner.Manners.OF_A_SERVER).traits());
    return new JournalReplay(
        run.config(), world, result -> results.put(result.request().index(), result));
  }
}
