package dev.coppice.environments.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.SingleTaskset;
import dev.coppice.environments.toolworld.ToolMethod;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Breaks one law at a time; the check must name it and shorten what breaks it. */
class WorldCheckTest {
  private static final int EPISODES = 100;

  @Test
  void shouldFindNothingInAWorldThatKeepsTheContract() {
    final CheckReport report = check(NoteWorld::new);

    assertTrue(report.holds(), report.text());
    assertEquals(EPISODES, report.counts().episodes());
    assertEquals(2, report.counts().tools());
  }

  @Test
  void shouldFindNothingInAWorldThatForksByReplay() {
    final CheckReport report =
        check(
            () ->
                new NoteWorld() {
                  @Override
                  public boolean canFork() {
                    return false;
                  }
                });

    assertTrue(report.holds(), report.text());
  }

  @Test
  void shouldFindAListThatAForkShares() {
    assertBroken(WorldCheck.BRANCHES_APART, 2, SharedList::new);
  }

  /** Hands its own list to its forks. */
  public static final class SharedList extends NoteWorld {
    @Override
    public NoteWorld fork() {
      final SharedList fork = new SharedList();
      fork.notes = notes;
      return fork;
    }
  }

  @Test
  void shouldFindADigestThatIgnoresTheState() {
    assertBroken(WorldCheck.EQUAL_STATES, 2, BlindDigest::new);
  }

  /** Digests nothing. */
  public static final class BlindDigest extends NoteWorld {
    @Override
    protected NoteWorld blank() {
      return new BlindDigest();
    }

    @Override
    public String digest() {
      return "same";
    }
  }

  @Test
  void shouldFindACallThatIsNotDeterministic() {
    assertBroken(WorldCheck.SAME_PATH, 1, () -> new Counting(new AtomicInteger()));
  }

  @Test
  void shouldFindAnInstanceThatAnswersByWhatOthersDid() {
    final AtomicInteger shared = new AtomicInteger();

    assertBroken(WorldCheck.SAME_PATH, 1, () -> new Counting(shared));
  }

  /** Counts over a reset, or over instances where they share the counter. */
  public static final class Counting extends NoteWorld {
    private static final AtomicInteger MADE = new AtomicInteger();
    private final AtomicInteger counter;
    private final int made = MADE.incrementAndGet();

    Counting(final AtomicInteger counter) {
      this.counter = counter;
    }

    @Override
    protected NoteWorld blank() {
      return new Counting(counter);
    }

    /** Counts. */
    @ToolMethod(value = "Counts.", effect = SideEffect.READ)
    public int count() {
      return made + counter.incrementAndGet();
    }
  }

  @Test
  void shouldFindAForkThatSeesItsSibling() {
    assertBroken(WorldCheck.BRANCHES_APART, 2, () -> new Sibling(new StringBuilder()));
  }

  /** Writes into a text that all its forks digest. */
  public static final class Sibling extends NoteWorld {
    private StringBuilder text;

    Sibling(final StringBuilder text) {
      this.text = text;
    }

    @Override
    public void reset(final Task task, final long seed) {
      super.reset(task, seed);
      text = new StringBuilder();
    }

    @Override
    protected NoteWorld blank() {
      return new Sibling(text);
    }

    @Override
    @ToolMethod(value = "Adds a note.", effect = SideEffect.WRITE)
    public int add(@Argument(value = "The note.", name = "note") final String note) {
      text.append(note).append(',');
      return super.add(note);
    }

    @Override
    public String digest() {
      return super.digest() + text.length();
    }
  }

  @Test
  void shouldFindAReadThatWrites() {
    assertBroken(WorldCheck.ONLY_WRITES_WRITE, 1, Sly::new);
  }

  /** Writes where it says it reads. */
  public static final class Sly extends NoteWorld {
    @Override
    protected NoteWorld blank() {
      return new Sly();
    }

    /** Writes. */
    @ToolMethod(value = "Peeks.", effect = SideEffect.READ)
    public int peek() {
      notes.add("peeked");
      return notes.size();
    }
  }

  @Test
  void shouldFindARewardThatChangesTheState() {
    assertBroken(WorldCheck.REWARDS, 0, Greedy::new);
  }

  /** Takes a note while it scores. */
  public static final class Greedy extends NoteWorld {
    @Override
    public Score reward(final String answer, final SeenResults seen) {
      notes.add("scored");
      return new Score(1.0, Map.of(), null);
    }
  }

  @Test
  void shouldFindACallThatThrows() {
    assertBroken(WorldCheck.NOTHING_THROWS, 1, Throwing::new);
  }

  /** Fails. */
  public static final class Throwing extends NoteWorld {
    /** Fails. */
    @ToolMethod(value = "Fails.", effect = SideEffect.PURE)
    public int fail() {
      throw new IllegalStateException("out of order");
    }
  }

  private static CheckReport check(final Supplier<ToolWorld> world) {
    return new WorldCheck(new SingleTaskset("notes", world)).run(EPISODES, 1);
  }

  private static void assertBroken(
      final String law, final int mostSteps, final Supplier<ToolWorld> world) {
    final CheckReport report = check(world);

    assertNotNull(report.broken(), report.text());
    assertEquals(law, report.broken().law(), report.text());
    assertTrue(report.broken().script().steps().size() <= mostSteps, report.text());
    assertTrue(report.text().contains("BROKEN     " + law), report.text());
  }
}
