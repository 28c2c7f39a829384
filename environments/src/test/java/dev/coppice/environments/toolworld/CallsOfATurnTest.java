package dev.coppice.environments.toolworld;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.engine.RolloutEngine;
import dev.coppice.environments.dialect.CallDialect;
import dev.coppice.environments.tool.Argument;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.episode.Score;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;
import dev.coppice.rollout.BudgetConfig;
import dev.coppice.rollout.EngineConfig;
import dev.coppice.rollout.GroupRequest;
import dev.coppice.rollout.RolloutLimits;
import dev.coppice.scheduling.ChainPolicy;
import dev.coppice.trajectory.NodeKind;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Plays turns that a script writes, through parser, engine and world. */
final class CallsOfATurnTest {
  private static final int END_TOKEN = 0;
  private static final EngineConfig CONFIG =
      new EngineConfig(
          "calls",
          1,
          SamplingSettings.PLAIN,
          new RolloutLimits(2_048, 8, 2_048, 30_000_000_000L),
          BudgetConfig.trees(1),
          new EngineConfig.Capacity(1, 1, 0));
  private static final String ANSWERED = "</tool_response>";

  /** Has letters, some pairs of them, and an end token that is spelt {@code <end>}. */
  private record Pieces(List<String> pieces) implements Tokenizer {
    static Pieces usual() {
      final List<String> pieces = new ArrayList<>(List.of("<end>", "><", ">\n", "</tool_call"));
      pieces.add("\n");
      for (char letter = ' '; letter < 127; letter++) {
        pieces.add(String.valueOf(letter));
      }
      return new Pieces(pieces);
    }

    @Override
    public int[] encode(final String text) {
      final List<Integer> tokens = new ArrayList<>();
      for (int at = 0; at < text.length(); ) {
        int best = -1;
        for (int token = 0; token < pieces.size(); token++) {
          final boolean longer = best < 0 || pieces.get(token).length() > pieces.get(best).length();
          best = longer && text.startsWith(pieces.get(token), at) ? token : best;
        }
        tokens.add(best);
        at += pieces.get(best).length();
      }
      return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public String decode(final int[] tokens) {
      final StringBuilder text = new StringBuilder();
      Arrays.stream(tokens).mapToObj(pieces::get).forEach(text::append);
      return text.toString();
    }

    @Override
    public String piece(final int token) {
      return pieces.get(token);
    }

    @Override
    public int beginToken() {
      return -1;
    }

    @Override
    public int endToken() {
      return END_TOKEN;
    }

    @Override
    public int vocabularySize() {
      return pieces.size();
    }

    @Override
    public void close() {}
  }

  /** Writes turn after turn; a turn begins behind each observation. */
  private record Script(Pieces letters, List<String> turns) implements PathPolicy {
    @Override
    public void scores(final int[] path, final int length, final float[] target, final int offset) {
      final String text = letters.decode(Arrays.copyOf(path, length));
      int turn = 0;
      int from = text.indexOf('\n') + 1; // The prompt is one line.
      for (int at = text.indexOf(ANSWERED); at >= 0; at = text.indexOf(ANSWERED, from)) {
        from = at + ANSWERED.length();
        turn += text.startsWith("<tool_response>", from) ? 0 : 1;
      }
      final String said = text.substring(from);
      final String now = turns.get(Math.min(turn, turns.size() - 1));
      final int[] all = letters.encode(now);
      final int next = letters.encode(said).length;
      Arrays.fill(target, offset, offset + letters.vocabularySize(), -1_000f);
      target[offset + (next < all.length ? all[next] : END_TOKEN)] = 0;
    }
  }

  /** Has a value that is read and written; two readers wait for each other. */
  public static final class Cell extends MethodWorld {
    private static CountDownLatch both = new CountDownLatch(2);
    private int value;

    /** Reads. */
    @ToolMethod(value = "Reads.", effect = SideEffect.READ)
    public String read(@Argument(value = "Who reads.", name = "who") final String who)
        throws InterruptedException {
      both.countDown();
      final boolean met = both.await(20, TimeUnit.SECONDS);
      return who + (met ? " met at " : " alone at ") + value;
    }

    /** Writes. */
    @ToolMethod(value = "Writes.", effect = SideEffect.WRITE)
    public String write(@Argument(value = "The value.", name = "value") final int newValue) {
      value = newValue;
      return "wrote <end> " + value;
    }

    @Override
    public void reset(final Task task, final long seed) {
      value = 0;
    }

    @Override
    public ToolWorld fork() {
      final Cell fork = new Cell();
      fork.value = value;
      return fork;
    }

    @Override
    public String digest() {
      return "cell " + value;
    }

    @Override
    public Score reward(final String answer, final SeenResults seen) {
      return new Score("yes".equals(answer) ? 1 : 0, Map.of(), answer);
    }
  }

  private static TrajectoryTree play(
      final CallFormat format, final List<String> turns, final Map<String, Long> counters)
      throws InterruptedException {
    Cell.both = new CountDownLatch(2);
    final Pieces letters = Pieces.usual();
    final WorldEnvironment world =
        new WorldEnvironment(new SingleTaskset("cell", Cell::new), format, "{request}\n");
    final List<TrajectoryTree> trees = new ArrayList<>();
    final RolloutEngine.Parts parts =
        new RolloutEngine.Parts(
            world,
            letters,
            new BatchRunner(
                new PathBackend(
                    "script", letters.vocabularySize(), 4_096, new Script(letters, turns)),
                new BatchConfig(8, 1_024, 65_536, 16)),
            new ChainPolicy(),
            result -> trees.addAll(result.group().trees()));
    try (RolloutEngine engine = RolloutEngine.start(CONFIG, parts)) {
      assertTrue(engine.offer(new GroupRequest("g", 0, 0)));
      assertTrue(engine.awaitIdle(120_000_000_000L));
      counters.putAll(engine.stats().runner());
    }
    assertEquals(null, trees.getFirst().leaves().getFirst().failure());
    return trees.getFirst();
  }

  private static String path(final TrajectoryTree tree) {
    final StringBuilder text = new StringBuilder();
    for (final TrajectoryNode node : tree.nodes()) {
      text.append(Pieces.usual().decode(node.tokens()));
    }
    return text.toString();
  }

  private static String call(final String text) {
    return "<tool_call>" + text + "</tool_call>";
  }

  @Test
  void shouldTakeBackATokenThatRunsPastTheMark() throws InterruptedException {
    final String write = call("{\"name\":\"write\",\"arguments\":{\"value\":4}}");
    final Map<String, Long> counters = new HashMap<>();
    final TrajectoryTree tree =
        play(CallFormat.TAGS, List.of(write + "<", "<answer>yes</answer>"), counters);
    assertEquals(1.0, tree.leaves().getFirst().reward());
    assertTrue(path(tree).contains("</tool_call><tool_response>\"wrote"), path(tree));
    assertEquals(1, counters.get("taken_back_tokens"));
    final TrajectoryNode first = tree.nodes().get(1);
    assertTrue(Pieces.usual().decode(first.tokens()).endsWith("</tool_call"), "the token is gone");
    assertEquals(first.tokens().length, first.logprobs().length);
  }

  @Test
  void shouldAnswerSeveralCallsInOrderAndReadBesideOneAnother() throws InterruptedException {
    final String turn =
        call("{\"name\":\"read\",\"arguments\":{\"who\":\"one\"}}")
            + "\n"
            + call("{\"name\":\"read\",\"arguments\":{\"who\":\"two\"}}")
            + call("{\"name\":\"write\",\"arguments\":{\"value\":7}}")
            + call("{\"name\":\"read\",\"arguments\":{\"who\":\"three\"}}")
            + call("{\"name\":\"write\",\"arguments\":{\"value\":1.0,\"value\":2}}")
            + "<end>";
    final CallFormat several = CallDialect.of("hermes").over(CallFormat.TAGS, 8);
    final TrajectoryTree tree =
        play(several, List.of(turn, "<answer>yes</answer>"), new HashMap<>());
    final String seen = Pieces.usual().decode(tree.nodes().get(2).tokens());
    assertEquals(
        "<tool_response>\"one met at 0\"</tool_response><tool_response>\"two met at"
            + " 0\"</tool_response><tool_response>\"wrote <end>"
            + " 7\"</tool_response><tool_response>\"three met at 7\"</tool_response>",
        seen.substring(0, seen.lastIndexOf("<tool_response>")));
    final List<ToolCall> calls = tree.calls();
    assertEquals(
        List.of("read", "read", "write", "read", ""), calls.stream().map(ToolCall::tool).toList());
    assertEquals(ToolCall.Status.MALFORMED, calls.getLast().status());
    assertEquals(
        List.of(0, 1, 2, 3, 4),
        tree.nodes().get(1).spans().stream()
            .map(span -> span.call())
            .filter(id -> id >= 0)
            .toList());
    assertEquals(NodeKind.OBSERVATION, tree.nodes().get(2).kind());
    assertEquals(1.0, tree.leaves().getFirst().reward());
  }

  @Test
  void shouldCountACallThatWasNeverClosedAsMalformed() throws InterruptedException {
    final String open = "<tool_call>{\"name\":\"write\",\"arguments\":{\"value\":4}}<end>";
    final TrajectoryTree tree =
        play(CallFormat.TAGS, List.of(open, "<answer>yes</answer>"), new HashMap<>());
    assertEquals(1, tree.calls().size());
    assertEquals(ToolCall.Status.MALFORMED, tree.calls().getFirst().status());
    assertTrue(path(tree).contains("never closed"), path(tree));
  }

  @Test
  void shouldPlayCallsAsTheFamiliesWriteThem() throws InterruptedException {
    final Map<String, String> turns =
        Map.of(
            "llama3",
                "{\"name\": \"write\", \"parameters\": {\"value\": 3}, \"type\": \"function\"}",
            "pythonic", "[write(value=3)]",
            "mistral", "[TOOL_CALLS] [{\"name\": \"write\", \"arguments\": {\"value\": 3}}]",
            "mistral-args", "[TOOL_CALLS]write[ARGS]{\"value\": 3}");
    for (final Map.Entry<String, String> turn : turns.entrySet()) {
      final CallFormat format = CallDialect.of(turn.getKey()).over(CallFormat.TAGS, 1);
      final String first = turn.getValue();
      final TrajectoryTree tree = play(format, List.of(first), new HashMap<>());
      assertEquals("write", tree.calls().getFirst().tool(), turn.getKey());
      assertEquals(ToolCall.Status.OK, tree.calls().getFirst().status(), turn.getKey());
      assertEquals("cell 3", tree.nodes().get(1).state(), turn.getKey());
    }
  }
}
