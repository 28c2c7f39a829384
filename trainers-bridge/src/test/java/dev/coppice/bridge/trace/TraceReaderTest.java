package dev.coppice.bridge.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.bridge.fixture.RandomTrees;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.TrajectoryGroup;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceReaderTest {
  private static final String MINIMAL =
      """
      {"format":"coppice.trace/1","group":"g17","from_the_future":{"a":[1,{"b":null}]},
       "nodes":[{"id":0,"parent":-1,"kind":"prompt","tokens":[1,2],"mask":[0,0]},
        {"id":1,"parent":0,"kind":"action","tokens":[3],"logprobs":[-0.5]}],
       "leaves":[{"node":1,"status":"infra_failed","stop":"failure","reward":null}]}
      """
          .replace("\n", "");

  private static final String FULL =
      """
      {"format":"coppice.trace/1","run":"r","group":"g17","tree":0,
       "task":{"id":"t","input":{},"runtime_contract":"persistent"},
       "sampling":{"temperature":1.0,"top_p":1.0,"top_k":0,"min_p":0.0},
       "nodes":[{"id":0,"parent":-1,"kind":"prompt","tokens":[1,2]},
        {"id":1,"parent":0,"kind":"action","tokens":[3],"logprobs":[-0.5],
         "spans":[{"start":0,"length":1,"kind":"think","call":null}],
         "branch":{"policy":"fixed","children":1,"value":0.5},
         "version_runs":[{"version":0,"length":1}],"kv_version":0,"cached_tokens":0,
         "state":"s","step_reward":0.0,"call":null,"kv_block_us":5}],
       "calls":[{"id":0,"node":1,"tool":"add","arguments":{"a":1},"status":"ok","correct":true,
         "latency_us":3,"provenance":"real"}],
       "leaves":[{"node":1,"status":"infra_failed","stop":"failure","reward":null,
         "components":{"c":1.0},"answer":"a",
         "failure":{"boundary":"backend","code":"no_answer","message":"m"}}],
       "credit":[{"estimator":"grpo","options":{"std":"none"},
         "nodes":[{"id":1,"advantages":[0.5]}],"leaves":[{"node":1,"advantage":0.5}]}]}
      """
          .replace("\n", "");

  @TempDir private Path folder;

  @Test
  void shouldSkipUnknownFieldsAndTakeDefaultsForMissingOnes() {
    final TrajectoryTree tree = TraceReader.parse(MINIMAL);

    assertEquals("g17", tree.group());
    assertEquals(0, tree.tree());
    assertEquals(-0.5f, tree.node(1).logprobs()[0]);
    assertEquals(0.0, tree.node(1).stepReward());
  }

  @Test
  void shouldReadANullRewardAsNotScoredAndNeverAsZero() {
    final Leaf leaf = TraceReader.parse(MINIMAL).leaves().getFirst();

    assertEquals(LeafStatus.INFRA_FAILED, leaf.status());
    assertTrue(Double.isNaN(leaf.reward()));
  }

  @Test
  void shouldLeaveLogprobsUnknownWhereATraceHasNone() {
    final String line = MINIMAL.replace(",\"logprobs\":[-0.5]", "");

    final TrajectoryTree tree = TraceReader.parse(line);

    assertTrue(Float.isNaN(tree.node(1).logprobs()[0]));
    final String written = new String(TraceWriter.line(tree, List.of()));
    assertTrue(Float.isNaN(TraceReader.parse(written).node(1).logprobs()[0]));
  }

  @Test
  void shouldRefuseAnotherFormatVersionByName() {
    assertFault(
        MINIMAL.replace("trace/1", "trace/3"),
        "coppice.trace/3",
        "coppice.trace/1 and coppice.trace/2",
        "use the build that wrote it");
    assertFault(MINIMAL.replace("coppice.trace/1", "other"), "other", "not a trace of Coppice");
    assertFault(MINIMAL.replace("\"format\"", "\"fromat\""), "no format");
  }

  @Test
  void shouldReadDrawsAndMarksAndSkipWhatIsReserved() {
    final String line =
        MINIMAL
            .replace("trace/1", "trace/2")
            .replace("\"group\"", "\"manifest\":\"ab\",\"group\"")
            .replace("\"id\":0", "\"draws\":3,\"id\":0")
            .replace(
                "\"id\":1",
                "\"edge\":{\"kind\":\"fold\"},\"model\":\"m\",\"draws\":3,"
                    + "\"provenance\":[\"rewritten\",\"simulated\"],\"id\":1")
            .replace("\"node\":1", "\"node\":1,\"draws\":3");

    final TrajectoryTree tree = TraceReader.parse(line);

    assertEquals(3, tree.draws());
    assertEquals(Set.of(NodeMark.SIMULATED, NodeMark.REWRITTEN), tree.node(1).marks());
    assertEquals(3, tree.leaves().getFirst().draws());
  }

  @Test
  void shouldRefuseDrawsThatCannotBe() {
    final String line = MINIMAL.replace("trace/1", "trace/2");
    assertFault(line.replace("\"id\":1", "\"draws\":0,\"id\":1"), "at least one draw", "id=1");
    assertFault(line.replace("\"id\":1", "\"draws\":1.5,\"id\":1"), "/nodes/1/draws");
    assertFault(line.replace("\"id\":1", "\"draws\":2,\"id\":1"), "node=1 draws=2 leaf=1");
    assertFault(line.replace("\"id\":1", "\"provenance\":[\"dreamt\"],\"id\":1"), "dreamt");
  }

  @Test
  void shouldSayWhatIsWrongWithAMalformedLine() {
    assertFault("", "not a JSON object");
    assertFault("[1]", "not a JSON object");
    assertFault(MINIMAL.substring(0, 200), "not valid JSON at column");
    assertFault(MINIMAL + "{}", "something follows");
    assertFault(MINIMAL.replace("[1,2]", "[1,2.5]"), "/nodes/0/tokens/1", "whole number");
    assertFault(MINIMAL.replace("[1,2]", "[1,99999999999]"), "int");
    assertFault(MINIMAL.replace("[1,2]", "\"12\""), "/nodes/0/tokens", "array");
    assertFault(MINIMAL.replace("\"action\"", "\"akshun\""), "akshun");
    assertFault(MINIMAL.replace("[-0.5]", "[-0.5,-1]"), "one logprob per sampled token", "id=1");
    assertFault(MINIMAL.replace("\"parent\":0", "\"parent\":7"), "parent", "id=1");
    assertFault(MINIMAL.replace("\"node\":1", "\"node\":9"), "leaf names no node");
    assertFault(MINIMAL.replace("\"group\":\"g17\",", ""), "no group");
    assertFault("[".repeat(100_000), "not a JSON object");
    assertFault(MINIMAL.replace("{\"b\":null}", "[".repeat(9_999)), "not valid JSON", "depth");
  }

  /** Leaves out, and replaces by null, every value of a line, one by one. */
  @Test
  void shouldRefuseOrReadALineThatLacksAnyValueAndNeverFailOtherwise() throws IOException {
    final ObjectMapper mapper = new ObjectMapper();
    final int places = places(mapper.readTree(FULL), new ArrayList<>());
    int refused = 0;
    for (int place = 0; place < places; place++) {
      for (final boolean isLeftOut : new boolean[] {true, false}) {
        final JsonNode line = mapper.readTree(FULL);
        final List<Runnable> cuts = new ArrayList<>();
        places(line, cuts);
        cuts.get(2 * place + (isLeftOut ? 0 : 1)).run();
        try {
          TraceReader.parse(line.toString());
        } catch (final TraceFormatException e) {
          refused++;
        }
      }
    }

    assertTrue(places > 40, "places=" + places);
    assertTrue(refused > 20, "refused=" + refused);
    assertFault(FULL.replace("\"kind\":\"think\",", ""), "/nodes/1/spans/0", "has no kind");
    assertFault(FULL.replace("\"policy\":\"fixed\",", ""), "/nodes/1/branch", "has no policy");
    assertFault(
        FULL.replace("\"boundary\":\"backend\",", ""), "/leaves/0/failure", "has no boundary");
  }

  /** Collects for every value how it is left out and how it becomes null; returns the count. */
  private static int places(final JsonNode node, final List<Runnable> cuts) {
    int count = 0;
    if (node instanceof ObjectNode object) {
      for (final String name : object.propertyStream().map(Map.Entry::getKey).toList()) {
        cuts.add(() -> object.remove(name));
        cuts.add(() -> object.putNull(name));
        count += 1 + places(object.get(name), cuts);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        final int at = i;
        cuts.add(() -> array.remove(at));
        cuts.add(() -> array.set(at, NullNode.getInstance()));
        count += 1 + places(array.get(i), cuts);
      }
    }
    return count;
  }

  private static void assertFault(final String line, final String... parts) {
    final TraceFormatException fault =
        assertThrows(TraceFormatException.class, () -> TraceReader.parse(line), line);
    for (final String part : parts) {
      assertTrue(fault.getMessage().contains(part), fault.getMessage() + " lacks " + part);
    }
  }

  @Test
  void shouldNameFileAndLineWhenALineInTheMiddleIsDamaged() throws IOException {
    final Path file = folder.resolve("traces.jsonl");
    Files.writeString(file, MINIMAL + "\n\n" + MINIMAL.replace("[1,2]", "{}") + "\n");
    try (TraceReader reader = new TraceReader(file)) {
      reader.next();

      final TraceFormatException fault = assertThrows(TraceFormatException.class, reader::next);

      assertEquals(3, fault.line());
      assertTrue(fault.getMessage().contains("traces.jsonl line 3"), fault.getMessage());
    }
  }

  @Test
  void shouldGatherConsecutiveLinesIntoGroups() {
    final List<TrajectoryGroup> groups = writeGroups(50);
    final List<String> read = new ArrayList<>();

    try (TraceReader reader = new TraceReader(folder.resolve("traces.jsonl"))) {
      for (TraceGroup group = reader.nextGroup(); group != null; group = reader.nextGroup()) {
        read.add(group.group().id() + " " + group.group().trees().size());
        assertEquals(group.traces().size(), group.creditBy("tree-grpo").size());
      }
      assertEquals(0, reader.tornBytes());
    }

    assertEquals(groups.stream().map(g -> g.id() + " " + g.trees().size()).toList(), read);
  }

  @Test
  void shouldReadWholeLinesAloneWhenTheFileWasCutAtAnyByte() throws IOException {
    writeGroups(2);
    final byte[] whole = Files.readAllBytes(folder.resolve("traces.jsonl"));
    final Path cut = folder.resolve("cut.jsonl");
    final int step = Math.max(1, whole.length / 500);

    for (int size = 0; size < whole.length; size += step) {
      Files.write(cut, java.util.Arrays.copyOf(whole, size));
      int lines = 0;
      try (TraceReader reader = new TraceReader(cut)) {
        while (reader.next() != null) {
          lines++;
        }
        assertEquals(size - reader.position(), reader.tornBytes(), "size=" + size);
      }
      assertEquals(lineFeeds(whole, size), lines, "size=" + size);
    }
  }

  @Test
  void shouldRefuseTheSameTreeTwiceInAGroup() throws IOException {
    final Path file = folder.resolve("traces.jsonl");
    Files.writeString(file, (MINIMAL + "\n").repeat(2));

    try (TraceReader reader = new TraceReader(file)) {
      final TraceFormatException fault =
          assertThrows(TraceFormatException.class, reader::nextGroup);

      assertEquals(2, fault.line());
    }
  }

  @Test
  void shouldAnswerNullForAnEmptyFile() throws IOException {
    final Path file = Files.createFile(folder.resolve("traces.jsonl"));

    try (TraceReader reader = new TraceReader(file)) {
      assertNull(reader.nextGroup());
    }
  }

  private List<TrajectoryGroup> writeGroups(final int count) {
    final RandomTrees source = new RandomTrees(3);
    final List<TrajectoryGroup> groups = new ArrayList<>();
    try (TraceFile file = TraceFile.open(folder.resolve("traces.jsonl"), TraceFile.WHOLE_LINES)) {
      for (int i = 0; i < count; i++) {
        final TrajectoryGroup group = source.group(i);
        groups.add(group);
        final List<byte[]> lines = new ArrayList<>();
        for (final TrajectoryTree tree : group.trees()) {
          lines.add(TraceWriter.line(tree, List.of(source.credit(tree))));
        }
        file.append(lines);
      }
    }
    return groups;
  }

  private static int lineFeeds(final byte[] bytes, final int size) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      count += bytes[i] == '\n' ? 1 : 0;
    }
    return count;
  }
}
