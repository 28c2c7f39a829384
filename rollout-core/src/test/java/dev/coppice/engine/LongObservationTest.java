package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.episode.Observation;
import dev.coppice.episode.TurnRules;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.fixture.TestRun;
import dev.coppice.rollout.GroupResult;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.rollout.RolloutLimits.ObservationLimit;
import dev.coppice.rollout.RolloutLimits.ObservationLimit.Excess;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tool that says too much fails its call, or is cut and says so. */
final class LongObservationTest {
  private static final int LIMIT = 60;
  private static final String LONG = "abcdefg".repeat(40);

  private static TestRun run(final Excess excess) {
    final LetterWorld chatty =
        new LetterWorld(
            100,
            (text, calls) -> Observation.of(LONG, "say", "{\"n\":1}", ToolCall.Status.OK, null));
    return new TestRun()
        .world(chatty)
        .limits(
            new RolloutLimits(
                64,
                1,
                new ObservationLimit(LIMIT, excess),
                10_000_000_000L,
                TurnRules.NONE,
                false));
  }

  @ParameterizedTest
  @EnumSource(
      value = Excess.class,
      names = {"HEAD", "TAIL", "MIDDLE"})
  void shouldShowAsMuchAsFits(final Excess excess) throws InterruptedException {
    int cut = 0;
    for (final GroupResult result : run(excess).run().values()) {
      for (final TrajectoryTree tree : result.group().trees()) {
        for (final TrajectoryNode node : tree.nodes()) {
          if (node.kind() == NodeKind.OBSERVATION) {
            cut++;
            assertEquals(LIMIT, node.length(), "one character more would not fit");
            final String text = new LetterTokenizer().decode(node.tokens());
            assertEquals(excess != Excess.TAIL, text.startsWith("abcdefgabc"), text);
            assertEquals(excess != Excess.HEAD, text.endsWith("efgabcdefg"), text);
          }
        }
        tree.leaves().forEach(leaf -> assertTrue(leaf.status() != LeafStatus.TOOL_FAILED));
      }
    }
    assertTrue(cut > 0, "no call was made");
  }

  @Test
  void shouldNameTheToolOfACallThatFailsForItsLength() throws InterruptedException {
    int failed = 0;
    for (final GroupResult result : run(Excess.FAIL).run().values()) {
      for (final TrajectoryTree tree : result.group().trees()) {
        for (final ToolCall call : tree.calls()) {
          failed++;
          assertEquals(ToolCall.Status.OVERSIZE, call.status());
          assertEquals("say", call.tool());
          assertEquals("{\"n\":1}", call.arguments());
        }
      }
    }
    assertTrue(failed > 0, "no call was made");
  }

  @Test
  void shouldCutNoCharacterInTwo() {
    final Random random = new Random(4);
    final String text = "a\uD83D\uDE00".repeat(30);
    for (int round = 0; round < 300; round++) {
      final int kept = random.nextInt(text.length());
      for (final Excess excess : new Excess[] {Excess.HEAD, Excess.TAIL, Excess.MIDDLE}) {
        final String cut = excess.cut(text, kept);
        final int mark = cut.indexOf("[... ");
        final String head = cut.substring(0, mark);
        final String tail = cut.substring(cut.indexOf("...]") + 4);
        assertTrue(text.startsWith(head) && text.endsWith(tail), cut);
        assertTrue(head.length() + tail.length() <= kept, cut);
        assertTrue(cut.contains(" " + (text.length() - head.length() - tail.length()) + " char"));
        assertTrue(cut.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF), cut);
      }
    }
  }
}
