package dev.coppice.proxy.recorded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.proxy.strand.Sampled.Spent;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.TreeLedger;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Records random agents - they fork, ask again, take choices, begin anew - and checks the trees. */
class RecordingPropertyTest {
  private static final int CASES = 400;

  /** Plays one group and remembers what the model saw along every path. */
  private static final class Play {
    final SplittableRandom random;
    final List<RecordEvent> log = new ArrayList<>();
    final List<GroupResult> groups = new ArrayList<>();
    final Recording recording;
    final List<Rollout> open = new ArrayList<>();
    final List<Turn> turns = new ArrayList<>();
    int rollouts;

    Play(final long seed) {
      random = new SplittableRandom(seed);
      recording = recording(log, groups);
    }

    void play() {
      final int steps = 4 + random.nextInt(24);
      for (int step = 0; step < steps; step++) {
        if (open.isEmpty() || (rollouts < 5 && random.nextInt(4) == 0)) {
          open.add(
              recording.open(
                  new RolloutName("run", "task", "r" + rollouts++), "{}", SamplingSettings.PLAIN));
        }
        final Rollout rollout = open.get(random.nextInt(open.size()));
        if (random.nextInt(6) == 0) {
          fork(rollout);
        } else {
          ask(rollout);
        }
      }
      for (final Rollout rollout : open) {
        recording.end(rollout, ending());
      }
      recording.close("task");
      recording.seal(false);
    }

    private void fork(final Rollout rollout) {
      final List<RolloutName> names = recording.fork(rollout.name(), 1 + random.nextInt(3));
      assertEquals(rollout.name(), names.getFirst());
      names.stream().skip(1).forEach(name -> open.add(recording.require(name)));
    }

    private void ask(final Rollout rollout) {
      final List<Turn> before = recording.turns(rollout);
      final Turn parent =
          before.isEmpty() || random.nextInt(5) == 0
              ? null
              : before.get(random.nextInt(Math.min(2, before.size())));
      final int[] given = tokens(parent == null ? 2 : 0, 5);
      final int choices = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 1;
      final int request = recording.begin(rollout);
      final int first = recording.takeTurns(choices);
      for (int choice = 0; choice < choices; choice++) {
        final int[] sampled = tokens(1, 4);
        turns.add(
            recording.sampled(
                new RecordEvent.TurnSampled(
                    new RecordEvent.Place(
                        first + choice,
                        rollout.number(),
                        parent == null && !before.isEmpty(),
                        parent == null ? -1 : parent.number(),
                        request,
                        7),
                    new RecordEvent.Tokens(
                        given,
                        sampled,
                        new float[sampled.length],
                        new int[] {0, sampled.length},
                        new int[0]),
                    spent(choice, given.length),
                    new RecordEvent.Said(
                        new RecordEvent.Asked(null, "none", "", List.of(), "text"),
                        null,
                        "",
                        "stop",
                        List.of())),
                null));
      }
      if (random.nextInt(4) == 0) {
        recording.discarded(rollout, random.nextInt(9), "");
      }
      recording.end(rollout);
    }

    private Spent spent(final int choice, final int given) {
      if (choice > 0) {
        return new Spent(0, 0, 0, given, 0);
      }
      final int found = random.nextInt(given + 1);
      final int again = random.nextInt(3);
      return new Spent(given - found + again, again, found, found, random.nextInt(3));
    }

    /** Prompts begin alike, in one of two ways, so that they share prefixes. */
    private int[] tokens(final int least, final int most) {
      final int[] tokens = new int[least + random.nextInt(most - least + 1)];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = 97 + random.nextInt(i == 0 ? 1 : 2);
      }
      return tokens;
    }

    private Ending ending() {
      return random.nextInt(4) == 0
          ? Ending.failed(
              new RolloutFailure(RolloutFailure.Boundary.ENVIRONMENT, "agent_vanished", "gone"))
          : Ending.of(LeafStatus.COMPLETED, new Ending.Scored(random.nextDouble(), Map.of(), null));
    }
  }

  private static Recording recording(final List<RecordEvent> log, final List<GroupResult> groups) {
    final RecordLog keep =
        new RecordLog() {
          @Override
          public void append(final RecordEvent event) {
            // What is kept is bytes, so what is read back must be the same.
            log.add(RecordedJson.read(RecordedJson.type(event), RecordedJson.bytes(event)));
          }

          @Override
          public void force() {}
        };
    return new Recording(
        new Recording.Rules("run", "run/agents", 1000, Long.MAX_VALUE, Long.MAX_VALUE),
        keep,
        groups::add,
        new TalkReader(null, new ByteTokenizer()),
        () -> 0);
  }

  @Test
  void shouldMakeTreesThatHoldEveryPathOnceAndItsMassWhateverAgentsDo() {
    final long base = new SplittableRandom().nextLong();
    for (int i = 0; i < CASES; i++) {
      final long seed = base + i;
      final Play play = new Play(seed);
      play.play();
      final String where = "seed=" + seed;
      if (play.turns.isEmpty()) {
        continue;
      }
      assertEquals(1, play.groups.size(), where);
      final GroupResult result = play.groups.getFirst();
      assertEquals(expected(play), paths(result), where);
      for (int tree = 0; tree < result.group().trees().size(); tree++) {
        check(result.group().trees().get(tree), result.ledgers().get(tree), where);
      }
    }
  }

  /** Every turn nobody goes on from ends a path, and so does a fork that asked nothing more. */
  private static List<String> expected(final Play play) {
    final List<String> paths = new ArrayList<>();
    for (final Turn turn : play.turns) {
      final boolean last = play.turns.stream().noneMatch(other -> other.parent() == turn);
      final long ends = play.open.stream().filter(rollout -> endsAt(rollout, turn, play)).count();
      for (int i = 0; i < Math.max(ends, last ? 1 : 0); i++) {
        paths.add(Arrays.toString(turn.path(new int[0])));
      }
    }
    paths.sort(null);
    return paths;
  }

  private static boolean endsAt(final Rollout rollout, final Turn turn, final Play play) {
    final List<Turn> own = play.turns.stream().filter(other -> other.rollout == rollout).toList();
    if (own.isEmpty()) {
      return rollout.forkedAt == turn;
    }
    final boolean forkedHere =
        play.open.stream().anyMatch(other -> other.forkedAt == turn && turn.rollout == rollout);
    return own.getLast() == turn && forkedHere;
  }

  private static List<String> paths(final GroupResult result) {
    final List<String> paths = new ArrayList<>();
    for (final TrajectoryTree tree : result.group().trees()) {
      for (final Leaf leaf : tree.leaves()) {
        int[] path = {};
        for (int id = leaf.node(); id >= 0; id = tree.node(id).parent()) {
          final int[] own = tree.node(id).tokens();
          final int[] longer = Arrays.copyOf(own, own.length + path.length);
          System.arraycopy(path, 0, longer, own.length, path.length);
          path = longer;
        }
        paths.add(Arrays.toString(path));
      }
    }
    paths.sort(null);
    return paths;
  }

  private static void check(
      final TrajectoryTree tree, final TreeLedger ledger, final String where) {
    double mass = 0;
    for (final Leaf leaf : tree.leaves()) {
      mass += tree.pathWeight(leaf.node());
      assertEquals(0, tree.childCount(leaf.node()), where);
    }
    assertEquals(1, mass, 1e-9, where);
    long given = 0;
    long cached = 0;
    long sampled = 0;
    for (final TrajectoryNode node : tree.nodes()) {
      given += node.kind().isSampled() ? 0 : node.length();
      cached += node.kind().isSampled() ? 0 : node.cachedTokens();
      sampled += node.kind().isSampled() ? node.length() : 0;
      checkDraws(tree, node, where);
    }
    assertEquals(sampled, ledger.decodedTokens(), where);
    assertEquals(
        given, ledger.prefilledTokens() + cached - ledger.recomputedTokens(), where + " given");
  }

  private static void checkDraws(
      final TrajectoryTree tree, final TrajectoryNode node, final String where) {
    long below = 0;
    for (int id = node.id() + 1; id < tree.subtreeEnd(node.id()); id = tree.subtreeEnd(id)) {
      below += tree.node(id).draws();
    }
    final int ways = node.branch() == null ? 1 : node.branch().children();
    if (below == 0) {
      assertTrue(tree.leafAt(node.id()) >= 0, where + " a path without an end");
    } else {
      assertEquals((long) ways * node.draws(), below, where + " node=" + node.id());
    }
  }

  @Test
  void shouldGiveTheSameTreesFromItsEventsAlone() {
    final long base = new SplittableRandom().nextLong();
    for (int i = 0; i < CASES / 4; i++) {
      final long seed = base + i;
      final Play play = new Play(seed);
      play.play();
      final List<GroupResult> again = new ArrayList<>();
      final Recording second = recording(new ArrayList<>(), again);
      for (final RecordEvent event : play.log) {
        if (event instanceof RecordEvent.GroupSealed) {
          second.close("task");
          second.seal(false);
        } else {
          second.restore(event);
        }
      }
      assertEquals(play.groups.size(), again.size(), "seed=" + seed);
      for (int group = 0; group < again.size(); group++) {
        same(play.groups.get(group), again.get(group), "seed=" + seed);
      }
    }
  }

  private static void same(final GroupResult one, final GroupResult other, final String where) {
    assertEquals(one.ledgers(), other.ledgers(), where);
    for (int tree = 0; tree < one.group().trees().size(); tree++) {
      final TrajectoryTree first = one.group().trees().get(tree);
      final TrajectoryTree second = other.group().trees().get(tree);
      assertEquals(first.leaves(), second.leaves(), where);
      assertEquals(first.nodes().size(), second.nodes().size(), where);
      for (int node = 0; node < first.nodes().size(); node++) {
        assertArrayEquals(first.node(node).tokens(), second.node(node).tokens(), where);
        assertEquals(first.node(node).marks(), second.node(node).marks(), where);
        assertEquals(first.node(node).draws(), second.node(node).draws(), where);
      }
    }
  }

  @Test
  void shouldRefuseASecondEndAndARequestBehindTheEnd() {
    final Recording recording = recording(new ArrayList<>(), new ArrayList<>());
    final RolloutName name = new RolloutName("-", "task", "a");
    final Rollout rollout = recording.open(name, "{}", SamplingSettings.PLAIN);
    recording.end(rollout, Ending.of(LeafStatus.COMPLETED, Ending.Scored.NONE));

    assertNotNull(refusal(() -> recording.open(name, "{}", SamplingSettings.PLAIN)));
    assertNotNull(refusal(() -> recording.require(name)));
    assertNotNull(
        refusal(
            () ->
                recording.open(new RolloutName("-", "task", "b"), "{}", SamplingSettings.GREEDY)));
  }

  private static Exception refusal(final Runnable call) {
    try {
      call.run();
      return null;
    } catch (final dev.coppice.proxy.talk.RefusedException e) {
      return e;
    }
  }
}
