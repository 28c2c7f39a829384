package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.eventlog.EngineJournal;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.scheduling.FixedPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run in lockstep does not depend on how long its tools take. */
final class LockstepTest {
  private final List<String> events = new ArrayList<>();

  private String run(final long seed, final int latestPolls) throws InterruptedException {
    events.clear();
    final EngineJournal journal =
        (type, buffer, offset, length) -> {
          final byte[] payload = new byte[length];
          buffer.getBytes(offset, payload);
          // What a call took is the one thing that differs.
          events.add(type == 6 ? "call" : type + " " + Arrays.hashCode(payload));
        };
    final LetterWorld jittery =
        new LetterWorld(
            1000,
            (text, calls) -> {
              LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(300_000));
              return null;
            });
    // The deadline is one of the clock on the wall: time that counts events must not reach it.
    final Manners manners = new Manners(3, 7, latestPolls, 0, false, 20_000_000_000L);
    final TestRun run =
        new TestRun()
            .seed(seed)
            .world(jittery)
            .journal(journal)
            .policy(new FixedPolicy(List.of(new FixedPolicy.Place(false, 0, 3))))
            .runner(ScriptedRunner.letters(manners))
            .inLockstep();
    return TestRun.canonical(run.run());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void shouldTakeTheSameEventsInTheSameOrderWhateverToolsTake(final int latestPolls)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final String trees = run(seed, latestPolls);
    final List<String> expected = List.copyOf(events);

    assertEquals(trees, run(seed, latestPolls), "seed=" + seed);
    assertEquals(expected, events, "seed=" + seed);
    assertTrue(expected.contains("call"), "no tool was called: seed=" + seed);
  }

  @Test
  void shouldNotGiveUpWorkBecauseTimeCountsEvents() throws InterruptedException {
    final String trees = run(11, 2);

    assertTrue(!trees.contains("no_answer"), trees);
  }
}
