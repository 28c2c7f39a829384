package dev.coppice.environments.contract;

import dev.coppice.draw.CounterRandom;
import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.canonical.StateDigest;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.ToolCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Plays a script on a world and watches its laws.
 *
 * @thread one at a time.
 */
final class ScriptPlayer {
  private static final int HEXADECIMAL = 16;

  private final Taskset taskset;
  private final CheckTally tally;
  private final boolean looksAgain;
  private final Map<String, ToolSpec> specs = new LinkedHashMap<>();
  private final Map<String, String> answers = new HashMap<>();

  /**
   * Prepares to play.
   *
   * @param looksAgain whether every branch's path is taken once more on a fresh world.
   */
  ScriptPlayer(final Taskset taskset, final CheckTally tally, final boolean looksAgain) {
    this.taskset = taskset;
    this.tally = tally;
    this.looksAgain = looksAgain;
    try (ToolWorld world = taskset.open()) {
      world.tools().forEach(spec -> specs.put(spec.name(), spec));
    }
  }

  /** Holds one branch: its world, what it did, and the digest it must keep until it acts. */
  private static final class Branch {
    final ToolWorld world;
    final List<CallText> calls = new ArrayList<>();
    final List<String> results = new ArrayList<>();
    final List<String> digests = new ArrayList<>();
    SeenResults seen = SeenResults.NOTHING;
    String digest;

    Branch(final ToolWorld world, final String digest) {
      this.world = world;
      this.digest = digest;
    }
  }

  /** Plays a script and returns what every branch saw, for comparison with other plays. */
  List<String> play(final Script script) throws BrokenContractException {
    answers.clear();
    final List<Branch> branches = new ArrayList<>();
    try {
      final ToolWorld root = begun(script);
      branches.add(new Branch(root, root.digest()));
      for (final Script.Step step : script.steps()) {
        final Branch branch = branches.get(step.branch() % branches.size());
        if (step.call() == null) {
          branches.add(forked(script, branch));
        } else {
          call(script, branch, step.call());
        }
        assertApart(branches, step);
      }
      final List<String> seen = new ArrayList<>();
      for (final Branch branch : branches) {
        if (looksAgain) {
          assertSameAgain(script, branch);
        }
        seen.add(branch.results + " " + branch.digests + " " + reward(branch));
      }
      return seen;
    } catch (final BrokenContractException e) {
      throw e;
    } catch (final Exception e) {
      throw new BrokenContractException(WorldCheck.NOTHING_THROWS, "the world threw " + e);
    } finally {
      branches.forEach(branch -> branch.world.close());
    }
  }

  private ToolWorld begun(final Script script) throws Exception {
    final ToolWorld world = taskset.open();
    try {
      world.reset(script.task(), script.seed());
      return world;
    } catch (final Exception e) {
      world.close();
      throw e;
    }
  }

  private Branch forked(final Script script, final Branch from) throws Exception {
    tally.forks++;
    final ToolWorld world =
        from.world.canFork() ? from.world.fork() : replayed(script, from.calls, true);
    final Branch fork = new Branch(world, from.digest);
    fork.calls.addAll(from.calls);
    fork.results.addAll(from.results);
    fork.digests.addAll(from.digests);
    fork.seen = from.seen;
    return fork;
  }

  /** Takes the path of calls on a fresh world; of WRITE calls alone, as a fork by replay does. */
  private ToolWorld replayed(
      final Script script, final List<CallText> calls, final boolean writesAlone) throws Exception {
    final ToolWorld world = begun(script);
    for (final CallText call : calls) {
      if (!writesAlone || specs.get(call.tool()).effect() == SideEffect.WRITE) {
        world.call(request(script, call, world.digest()));
        tally.replayed++;
      }
    }
    return world;
  }

  private ToolRequest request(final Script script, final CallText call, final String digest) {
    final String key = key(call, digest);
    final long seed =
        CounterRandom.mix(script.seed(), Long.parseUnsignedLong(StateDigest.of(key), HEXADECIMAL));
    return new ToolRequest(call.tool(), call.arguments(), seed);
  }

  private String key(final CallText call, final String digest) {
    return specs.get(call.tool()).resultKey(CanonicalJson.write(call.arguments()), digest);
  }

  private void call(final Script script, final Branch branch, final CallText call)
      throws Exception {
    final ToolSpec spec = specs.get(call.tool());
    final String key = key(call, branch.digest);
    final ToolResult result = branch.world.call(request(script, call, branch.digest));
    final String after = branch.world.digest();
    tally.called(spec, result);
    if (!after.equals(branch.digest)
        && (spec.effect() != SideEffect.WRITE || result.status() != ToolCall.Status.OK)) {
      throw new BrokenContractException(
          WorldCheck.ONLY_WRITES_WRITE,
          "the state changed in a call of "
              + spec.effect()
              + " "
              + spec.name()
              + " that came to "
              + result.status().wireName()
              + ": digest "
              + branch.digest
              + " became "
              + after);
    }
    final String answer = result.status().wireName() + " " + result.text() + " " + after;
    final String earlier = answers.putIfAbsent(key, answer);
    if (branch.world.isRepeatable() && earlier != null && !earlier.equals(answer)) {
      throw new BrokenContractException(
          WorldCheck.EQUAL_STATES,
          "in states of equal digest "
              + branch.digest
              + " the call "
              + CallText.write(call.tool(), call.arguments())
              + " was answered once "
              + earlier
              + " and once "
              + answer);
    }
    branch.calls.add(call);
    branch.results.add(answer);
    branch.digests.add(after);
    branch.digest = after;
    if (result.status() == ToolCall.Status.OK) {
      branch.seen = branch.seen.and(result.text(), result.note());
    }
  }

  /** Looks whether what one branch did changed another. */
  private void assertApart(final List<Branch> branches, final Script.Step step)
      throws BrokenContractException {
    for (int i = 0; i < branches.size(); i++) {
      final Branch branch = branches.get(i);
      tally.digests++;
      final String now = branch.world.digest();
      if (!now.equals(branch.digest)) {
        throw new BrokenContractException(
            WorldCheck.BRANCHES_APART,
            "branch "
                + i
                + " was at digest "
                + branch.digest
                + " and is at "
                + now
                + " though it did nothing; what happened was: "
                + step);
      }
    }
  }

  private void assertSameAgain(final Script script, final Branch branch) throws Exception {
    try (ToolWorld again = begun(script)) {
      for (int i = 0; i < branch.calls.size(); i++) {
        final CallText call = branch.calls.get(i);
        final ToolResult result = again.call(request(script, call, again.digest()));
        final String answer =
            result.status().wireName() + " " + result.text() + " " + again.digest();
        tally.replayed++;
        tally.digests++;
        final boolean same =
            again.isRepeatable() || specs.get(call.tool()).effect() == SideEffect.WRITE
                ? answer.equals(branch.results.get(i))
                : again.digest().equals(branch.digests.get(i));
        if (!same) {
          throw new BrokenContractException(
              WorldCheck.SAME_PATH,
              "a fresh world on the path of a branch answered its call "
                  + (i + 1)
                  + ", "
                  + CallText.write(call.tool(), call.arguments())
                  + ", with "
                  + answer
                  + "; the branch had "
                  + branch.results.get(i));
        }
      }
      again.reset(script.task(), script.seed());
      try (ToolWorld fresh = begun(script)) {
        if (!again.digest().equals(fresh.digest())) {
          throw new BrokenContractException(
              WorldCheck.SAME_PATH, "a reset left something of the episode before it");
        }
      }
    }
  }

  private static String reward(final Branch branch) throws Exception {
    final Score score = branch.world.reward("answer", branch.seen);
    final Score again = branch.world.reward("answer", branch.seen);
    if (!score.equals(again) || !branch.world.digest().equals(branch.digest)) {
      throw new BrokenContractException(
          WorldCheck.REWARDS,
          "scored twice, the state gave " + score + " and " + again + ", or changed");
    }
    // An immutable map has no order to rely on: that of equal ones may differ.
    return score.reward() + " " + new TreeMap<>(score.components()) + " " + score.answer();
  }
}
