package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.allocation.GroupAllocation;
import dev.coppice.allocation.GroupOutcome;
import dev.coppice.allocation.HistoryAllocation;
import dev.coppice.allocation.NumberedLessons;
import dev.coppice.allocation.UniformAllocation;
import dev.coppice.core.Event;
import dev.coppice.core.State;
import dev.coppice.eventlog.EventBytes;
import dev.coppice.eventlog.EventCodec;
import dev.coppice.eventlog.JournalReplay;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.GroupResult;
import dev.coppice.scheduling.BranchingPolicy;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.scheduling.EntropyTopPolicy;
import dev.coppice.scheduling.TwoStagePolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What learns from groups decides the same on one engine and on several that tell each other. */
@Timeout(120)
final class FleetLessonsTest {
  private static final int GROUPS = 60;
  private static final int TASKS = 5;
  private static final int BEHIND = 12;
  private static final int UNTIL_KILLED = 15;
  private static final int AGAIN = 3;
  private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(60);

  /** What learns. */
  private record Learning(
      String name, Supplier<BranchingPolicy> policy, Supplier<GroupAllocation> allocation) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Learning> learning() {
    final Supplier<GroupAllocation> history =
        () -> new HistoryAllocation(new HistoryAllocation.Sizes(2, 5, 4, 0.9), 3);
    return List.of(
        new Learning("history", ChainPolicy::new, history),
        new Learning("two-stage", () -> new TwoStagePolicy(6, 4, 5), UniformAllocation::new),
        new Learning("entropy-top", () -> new EntropyTopPolicy(2, 2, 1.0), UniformAllocation::new),
        new Learning("two-stage and history", () -> new TwoStagePolicy(6, 4, 5), history));
  }

  /** An engine of a fleet, and what it delivered. */
  private static final class Member implements AutoCloseable {
    private final Map<Integer, GroupResult> results = new ConcurrentSkipListMap<>();
    private final List<byte[]> journal = new ArrayList<>();
    private final List<Integer> types = new ArrayList<>();
    private final RolloutEngine engine;

    Member(final TestRun run, final Learning learning, final Consumer<GroupResult> listener) {
      engine =
          RolloutEngine.start(
              run.config(),
              new RolloutEngine.Parts(
                  LetterWorld.calm(1000),
                  new LetterTokenizer(),
                  ScriptedRunner.letters(Manners.OF_A_SERVER),
                  learning.policy().get(),
                  (type, buffer, offset, length) -> {
                    final byte[] payload = new byte[length];
                    buffer.getBytes(offset, payload);
                    types.add(type);
                    journal.add(payload);
                  },
                  result -> {
                    results.put(result.request().index(), result);
                    listener.accept(result);
                  }));
    }

    void grow(final Iterable<Integer> numbers) {
      for (final int number : numbers) {
        assertTrue(engine.offer(new GroupRequest("g" + number, number, number % TASKS)));
      }
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  @ParameterizedTest
  @MethodSource("learning")
  void groupsOfTwoEnginesAreThoseOfOneThoughOneIsKilled(final Learning learning)
      throws InterruptedException {
    final long seed = new Random().nextLong();
    final Map<Integer, GroupResult> alone =
        run(seed, learning, BEHIND, EngineConfig.BY_STARTS).run();
    final TestRun fleet = run(seed, learning, 4, BEHIND);
    final List<Integer> numbers = new ArrayList<>();
    for (int number = 0; number < GROUPS; number++) {
      numbers.add(number);
    }
    // No order at all: groups that must wait are offered before those they wait for.
    Collections.shuffle(numbers, new Random(seed));
    final List<Integer> ofFirst = numbers.subList(0, GROUPS / 2);
    final List<Integer> ofSecond = numbers.subList(GROUPS / 2, GROUPS);

    final CountDownLatch toKill = new CountDownLatch(UNTIL_KILLED);
    final Member[] both = new Member[2];
    final CountDownLatch begun = new CountDownLatch(1);
    try (Member first = new Member(fleet, learning, result -> tell(both, begun, 1, result))) {
      final Map<Integer, GroupResult> lost;
      try (Member second =
          new Member(
              fleet,
              learning,
              result -> {
                tell(both, begun, 0, result);
                toKill.countDown();
              })) {
        both[0] = first;
        both[1] = second;
        begun.countDown();
        second.grow(ofSecond);
        first.grow(ofFirst);
        assertTrue(toKill.await(1, TimeUnit.MINUTES), "seed=" + seed);
        lost = second.results;
      }
      final List<Integer> again = new ArrayList<>(ofSecond);
      again.removeAll(lost.keySet());
      // Some had ended and were told, but had not come through: they are grown with less known.
      again.addAll(lost.keySet().stream().limit(AGAIN).toList());
      first.grow(again);
      assertTrue(first.engine.awaitIdle(IDLE_NS), "seed=" + seed);

      final Map<Integer, GroupResult> all = new TreeMap<>(lost);
      all.putAll(first.results);
      assertEquals(TestRun.canonical(alone), TestRun.canonical(all), "seed=" + seed);
      assertEquals(GROUPS, all.size(), "seed=" + seed);
      alone.forEach(
          (number, result) ->
              assertEquals(result.group().sizing(), all.get(number).group().sizing()));
      assertEquals(
          TestRun.canonical(first.results), TestRun.canonical(replayed(fleet, learning, first)));
    }
    assertTrue(shapes(alone) > 1, "all of one shape: seed=" + seed);
  }

  private static void tell(
      final Member[] both, final CountDownLatch begun, final int to, final GroupResult result) {
    try {
      begun.await();
      both[to].engine.learn(result.request().index(), outcome(result));
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (final IllegalStateException e) {
      assertEquals(1, to, "only the second engine is closed: " + e);
    }
  }

  private static GroupOutcome outcome(final GroupResult result) {
    final List<GroupOutcome.Tree> trees = new ArrayList<>();
    for (int i = 0; i < result.ledgers().size(); i++) {
      trees.add(
          GroupOutcome.Tree.of(
              result.group().trees().get(i), result.ledgers().get(i).computedTokens()));
    }
    return new GroupOutcome(result.request().taskIndex(), trees);
  }

  private static Map<Integer, GroupResult> replayed(
      final TestRun fleet, final Learning learning, final Member member) {
    final Map<Integer, GroupResult> results = new TreeMap<>();
    final State.World world =
        new State.World(
            learning.policy().get(),
            new LetterTokenizer(),
            LetterWorld.calm(1).dialect(),
            ScriptedRunner.letters(Manners.OF_A_SERVER).traits());
    final JournalReplay replay =
        new JournalReplay(
            fleet.config(), world, result -> results.put(result.request().index(), result));
    for (int i = 0; i < member.journal.size(); i++) {
      replay.accept(member.types.get(i), member.journal.get(i));
    }
    return results;
  }

  private static long shapes(final Map<Integer, GroupResult> results) {
    return results.values().stream()
        .map(result -> result.group().trees().stream().map(tree -> tree.leaves().size()).toList())
        .distinct()
        .count();
  }

  private static TestRun run(
      final long seed, final Learning learning, final int groupsInFlight, final int behind) {
    final TestRun run =
        new TestRun()
            .seed(seed)
            .budget(BudgetConfig.trees(2).with(learning.allocation()))
            .policy(learning.policy().get())
            .groups(GROUPS)
            .tasks(TASKS)
            .capacity(new EngineConfig.Capacity(groupsInFlight, 1024, 0));
    return run.learningBehind(behind);
  }

  @Test
  void whatNobodyGrewTeachesNothingAndHoldsNobodyUp() {
    final List<GroupOutcome> learned = new ArrayList<>();
    final List<Long> decided = new ArrayList<>();
    final NumberedLessons<NumberedLessons.Learner> lessons =
        new NumberedLessons<>(2, () -> new Noting(learned, decided));
    final GroupOutcome one = new GroupOutcome(1, List.of());

    assertTrue(lessons.mayStart(1));
    assertThrows(IllegalStateException.class, () -> lessons.start(2));
    lessons.take(1, one);
    lessons.take(0, null);
    lessons.take(0, one);
    lessons.start(3);

    assertEquals(List.of(one), learned);
    assertEquals(List.of(0L, 1L, 2L, 3L), decided);
    lessons.start(1); // Anew, with nothing.
    assertEquals(List.of(one), learned);
    assertEquals(List.of(0L, 1L, 2L, 3L, 0L, 1L), decided);
  }

  /** Notes what it is told. */
  private record Noting(List<GroupOutcome> learned, List<Long> decided)
      implements NumberedLessons.Learner {
    @Override
    public void learn(final GroupOutcome outcome) {
      learned.add(outcome);
    }

    @Override
    public void decide(final long number) {
      decided.add(number);
    }
  }

  @Test
  void aPolicyThatCannotBeginAnewIsRefusedByName() {
    final BranchingPolicy stubborn =
        new BranchingPolicy() {
          @Override
          public String name() {
            return "stubborn";
          }

          @Override
          public boolean learns() {
            return true;
          }
        };
    final TestRun run = new TestRun().policy(stubborn).learningBehind(BEHIND);
    final IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, run::run);
    assertTrue(refused.getMessage().contains("stubborn"), refused.getMessage());
  }

  @Test
  void aLessonIsReadBackAsItWasWritten() {
    final GroupOutcome.Rewards rewards = new GroupOutcome.Rewards(3, 1.1, Math.nextUp(0.7));
    final GroupOutcome outcome =
        new GroupOutcome(
            4, List.of(new GroupOutcome.Tree(1, rewards, 5, 9, 11, List.of(0.25, 0.75))));
    for (final GroupOutcome each : new GroupOutcome[] {outcome, null}) {
      final Event lesson = new Event.LessonTaken(7, each);
      final EventBytes bytes = new EventBytes();
      final int type = EventCodec.encode(lesson, bytes);
      final byte[] payload = new byte[bytes.length()];
      bytes.buffer().getBytes(0, payload);
      assertEquals(lesson, EventCodec.decode(type, new EventBytes(payload)));
    }
  }
}
