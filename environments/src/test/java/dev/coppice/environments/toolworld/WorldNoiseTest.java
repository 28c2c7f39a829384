package dev.coppice.environments.toolworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.coppice.environments.fault.Fault;
import dev.coppice.environments.fault.FaultPlan;
import dev.coppice.environments.fault.FaultyTaskset;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.tool.WorldNoise;
import dev.coppice.episode.Episode;
import dev.coppice.episode.Score;
import dev.coppice.episode.Sharing;
import dev.coppice.trajectory.Task;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which answers the samples of a path share, and whose noise each of them draws. */
final class WorldNoiseTest {
  private static final String READ = "{\"name\":\"look\",\"arguments\":{\"where\":1}}";
  private static final String WRITE = "{\"name\":\"act\",\"arguments\":{\"how\":1}}";
  private static final String TALK = "{\"name\":\"ask\",\"arguments\":{\"what\":1}}";

  /** Reads, writes and talks to a user; every answer tells how many there were. */
  public static final class Moody extends MethodWorld {
    private final AtomicInteger calls;
    private final boolean repeats;

    Moody(final AtomicInteger calls, final boolean repeats) {
      this.calls = calls;
      this.repeats = repeats;
    }

    @ToolMethod(value = "Looks.", effect = SideEffect.READ)
    public int look(@Argument(value = "Where.", name = "where", min = 0, max = 9) final int where) {
      return calls.incrementAndGet();
    }

    @ToolMethod(value = "Acts.", effect = SideEffect.WRITE)
    public int act(@Argument(value = "How.", name = "how", min = 0, max = 9) final int how) {
      return calls.incrementAndGet();
    }

    @ToolMethod(value = "Asks the user.", effect = SideEffect.READ)
    public int ask(@Argument(value = "What.", name = "what", min = 0, max = 9) final int what) {
      return calls.incrementAndGet();
    }

    @Override
    public void reset(final Task task, final long seed) {
      // Its state is elsewhere.
    }

    @Override
    public ToolWorld fork() {
      return new Moody(calls, repeats);
    }

    @Override
    public String digest() {
      return "always";
    }

    @Override
    public boolean isRepeatable() {
      return repeats;
    }

    @Override
    public boolean drawsAfresh(final String tool) {
      return tool.equals("ask");
    }

    @Override
    public boolean judges() {
      return true;
    }

    @Override
    public Score reward(final String answer, final SeenResults seen) {
      return new Score(calls.incrementAndGet(), Map.of(), null);
    }
  }

  private static WorldEnvironment world(final boolean repeats) {
    final AtomicInteger calls = new AtomicInteger();
    return new WorldEnvironment(new SingleTaskset("moody", () -> new Moody(calls, repeats)));
  }

  @Test
  void byDefaultJudgesAndUsersAreAskedOnceASample() {
    final Sharing sharing = world(true).sharing();

    assertEquals(true, sharing.sharesCall(READ));
    assertEquals(true, sharing.sharesCall(WRITE));
    assertEquals(false, sharing.sharesCall(TALK));
    assertEquals(false, sharing.sharesScore());
    assertEquals(false, sharing.sharesAll());
    assertEquals(true, sharing.sharesCall("no call at all"));
    assertEquals(true, sharing.sharesCall("{\"name\":\"no such tool\",\"arguments\":{}}"));
  }

  @Test
  void aWriteOfAWorldThatDoesNotRepeatItselfIsNeverShared() {
    final WorldEnvironment world = world(false);
    world.noise(new WorldNoise(false, false));

    assertEquals(true, world.sharing().sharesCall(READ));
    assertEquals(false, world.sharing().sharesCall(WRITE));
    assertEquals(true, world.sharing().sharesCall(TALK));
    assertEquals(true, world.sharing().sharesScore());
  }

  @Test
  void freshNoiseIsDrawnByEverySample() {
    final WorldEnvironment world = world(true);
    world.noise(new WorldNoise(true, true));

    assertEquals(false, world.sharing().sharesCall(READ));
    assertEquals(false, world.sharing().sharesCall(WRITE));
  }

  @Test
  void nothingIsAskedOfAWorldWithoutNoise() {
    try (WorldEnvironment world =
        new WorldEnvironment(new SingleTaskset("counter", CounterWorld::new))) {
      assertEquals(true, world.sharing().sharesAll());
    }
  }

  @Test
  void anAnswerIsKeptForTheStateOrForTheSample() throws Exception {
    for (final boolean fresh : new boolean[] {false, true}) {
      final WorldEnvironment world = world(false);
      world.noise(new WorldNoise(fresh, true));
      final Set<String> answers = new HashSet<>();
      try (Episode root = world.start(world.task(0), 1)) {
        for (long sample = 1; sample <= 5; sample++) {
          try (Episode episode = root.fork(sample);
              Episode again = episode.fork()) {
            answers.add(episode.call(READ).text());
            assertEquals(episode.call(READ).text(), again.call(READ).text());
          }
        }
      }
      assertEquals(fresh ? 5 : 1, answers.size());
    }
  }

  @Test
  void faultsHitStatesOrSamples() throws Exception {
    int commonFaults = 0;
    int freshFaults = 0;
    for (final boolean fresh : new boolean[] {false, true}) {
      final FaultPlan plan = FaultPlan.bySeed(3, Map.of(Fault.ERROR, 0.5));
      final WorldEnvironment world =
          new WorldEnvironment(
              new FaultyTaskset(new SingleTaskset("counter", CounterWorld::new), plan));
      world.noise(new WorldNoise(fresh, true));
      int faults = 0;
      try (Episode root = world.start(world.task(0), 1)) {
        for (long sample = 1; sample <= 64; sample++) {
          try (Episode episode = root.fork(sample)) {
            episode.call("{\"name\":\"add\",\"arguments\":{\"amount\":1}}");
          } catch (final Exception e) {
            faults++;
          }
        }
      }
      commonFaults = fresh ? commonFaults : faults;
      freshFaults = fresh ? faults : freshFaults;
    }
    assertEquals(0, commonFaults % 64, "all samples of a state share its fault");
    assertNotEquals(0, freshFaults % 64, "faults of samples differ: " + freshFaults);
  }
}
