package dev.coppice.environments.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.countdown.CountdownEnvironment;
import dev.coppice.environments.countdown.Texts;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.trajectory.Task;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Checks that faults come as planned, and that without faults nothing changes. */
class FaultyEnvironmentTest extends EnvironmentContract {
  private final CountdownEnvironment countdown = new CountdownEnvironment(Split.HELD_OUT, 60, 2);

  @Override
  protected Environment environment() {
    return new FaultyEnvironment(countdown, FaultPlan.bySeed(1, Map.of()));
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return Texts.call(Texts.numbers(task), random);
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return Texts.target(task);
  }

  @Test
  void shouldBreakAsTheTextSays() throws Exception {
    final Episode episode =
        faulty(
            byText(
                Map.of(
                    "1",
                    Fault.ERROR,
                    "2",
                    Fault.OVERSIZE,
                    "3",
                    Fault.SILENCE,
                    "4",
                    Fault.MALFORMED)));
    final String before = episode.digest();

    assertThrows(IllegalStateException.class, () -> episode.call("1"));
    assertTrue(episode.call("2").text().length() >= 10 << 20);
    assertNull(episode.call("3"));
    assertEquals("{\"half\":", episode.call("4").arguments());
    assertEquals(before, episode.digest());
    assertEquals("<obs>bad</obs>", episode.call("5").text());
  }

  @Test
  void shouldHangUntilItIsInterrupted() throws Exception {
    final Episode episode = faulty(byText(Map.of("wait", Fault.TIMEOUT)));
    final AtomicReference<Throwable> thrown = new AtomicReference<>();
    final Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    episode.call("wait");
                  } catch (Exception e) {
                    thrown.set(e);
                  }
                });

    caller.interrupt();
    caller.join();

    assertEquals(InterruptedException.class, thrown.get().getClass());
  }

  @Test
  void shouldBreakTheShareOfCallsThatWasAskedForAndTheSameOnesAgain() {
    final FaultPlan plan =
        FaultPlan.bySeed(9, Map.of(Fault.ERROR, 0.2, Fault.TIMEOUT, 0.1, Fault.NONE, 0.3));
    final FaultPlan again =
        FaultPlan.bySeed(9, Map.of(Fault.ERROR, 0.2, Fault.TIMEOUT, 0.1, Fault.NONE, 0.3));
    final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);

    for (int call = 0; call < 20_000; call++) {
      final Fault fault = plan.fault("task", "digest", "call" + call);
      counts.merge(fault, 1, Integer::sum);
      assertEquals(fault, again.fault("task", "digest", "call" + call));
    }

    assertEquals(0.2, counts.get(Fault.ERROR) / 20_000.0, 0.015);
    assertEquals(0.1, counts.get(Fault.TIMEOUT) / 20_000.0, 0.01);
    assertEquals(3, counts.size());
  }

  @Test
  void shouldBreakTheSameCallInTheSameWayOnEveryBranch() throws Exception {
    final Episode episode = faulty(FaultPlan.bySeed(4, Map.of(Fault.SILENCE, 0.5)));

    for (int call = 0; call < 100; call++) {
      final String text = "call" + call;
      assertEquals(episode.fork().call(text), episode.fork().call(text), text);
    }
  }

  @Test
  void shouldRefuseSharesThatAreNone() {
    assertThrows(
        IllegalArgumentException.class, () -> FaultPlan.bySeed(1, Map.of(Fault.TIMEOUT, -0.1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> FaultPlan.bySeed(1, Map.of(Fault.TIMEOUT, 0.6, Fault.OVERSIZE, 0.6)));
    assertThrows(
        IllegalArgumentException.class,
        () -> FaultPlan.bySeed(1, Map.of(Fault.TIMEOUT, Double.NaN)));
  }

  private Episode faulty(final FaultPlan plan) {
    return new FaultyEnvironment(countdown, plan).start(countdown.task(0), 0);
  }

  /** Breaks calls whose text contains a word; of several the alphabetically first counts. */
  private static FaultPlan byText(final Map<String, Fault> faults) {
    final Map<String, Fault> sorted = new TreeMap<>(faults);
    return (task, digest, text) ->
        sorted.entrySet().stream()
            .filter(entry -> text.contains(entry.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(Fault.NONE);
  }
}
