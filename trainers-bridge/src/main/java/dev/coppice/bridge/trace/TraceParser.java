package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.coppice.draw.Division;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryGroup.Sizing;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads one line. */
final class TraceParser {
  private static final String FORMATS = TraceFields.FORMAT_ONE_DRAW + " and " + TraceFields.FORMAT;

  private final LineParser in;
  private final List<TrajectoryNode> nodes = new ArrayList<>();
  private final List<ToolCall> calls = new ArrayList<>();
  private final List<Leaf> leaves = new ArrayList<>();
  private final List<CreditBlock> credit = new ArrayList<>();
  private long[] kvBlockUs = new long[16];
  private boolean measured;
  private Sizing sizing;
  private String format;
  private String run = "";
  private String group;
  private int tree;
  private String taskId = "";
  private String taskInput = "{}";
  private RuntimeContract contract = RuntimeContract.PERSISTENT;
  private double temperature = 1.0;
  private double topP = 1.0;
  private int topK;
  private double minP;
  private double repetition = 1.0;
  private double presence;
  private double frequency;
  private int minNewTokens;
  private final Map<Integer, Double> bias = new TreeMap<>();
  private Division division = Division.INDEPENDENT;

  private TraceParser(final LineParser in) {
    this.in = in;
  }

  /**
   * Reads a line.
   *
   * @throws IllegalArgumentException that says what is wrong.
   */
  static Trace parse(final byte[] line, final int length) {
    try (LineParser in = new LineParser(line, length)) {
      final TraceParser parser = new TraceParser(in);
      in.start();
      in.eachField(parser::readField);
      in.end();
      return parser.trace();
    } catch (final JsonProcessingException e) {
      final JsonLocation place = e.getLocation();
      final String where = place == null ? "" : " at column " + place.getColumnNr();
      throw new IllegalArgumentException(
          "not valid JSON" + where + ": " + e.getOriginalMessage(), e);
    } catch (final IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }

  private Trace trace() {
    checkFormat(format);
    in.require(group != null, "the line has no group");
    in.require(!nodes.isEmpty(), "the line has no nodes");
    if (format.equals(TraceFields.FORMAT_ONE_DRAW)) {
      division = Division.INDEPENDENT;
      nodes.replaceAll(node -> node.with(1, Set.of()));
      leaves.replaceAll(OutcomeParser::ofOneDraw);
    }
    final TrajectoryTree parsed =
        new TrajectoryTree(
            new TrajectoryTree.Origin(run, group, tree, division),
            new Task(taskId, taskInput, contract),
            new SamplingSettings(
                temperature,
                topP,
                topK,
                minP,
                new LogitRules(repetition, presence, frequency, bias, minNewTokens)),
            nodes,
            calls,
            leaves);
    for (final CreditBlock block : credit) {
      checkCredit(parsed, block);
    }
    final long[] measure = measured ? Arrays.copyOf(kvBlockUs, nodes.size()) : new long[0];
    return new Trace(parsed, credit, measure, sizing);
  }

  private static void checkFormat(final String format) {
    if (format == null) {
      throw new IllegalArgumentException("the line has no format; this build reads " + FORMATS);
    }
    if (!format.equals(TraceFields.FORMAT) && !format.equals(TraceFields.FORMAT_ONE_DRAW)) {
      throw new IllegalArgumentException(
          "the line has format "
              + format
              + "; this build reads "
              + FORMATS
              + (format.startsWith(TraceFields.FORMAT_FAMILY)
                  ? ": use the build that wrote it"
                  : ": it is not a trace of Coppice"));
    }
  }

  private static void checkCredit(final TrajectoryTree tree, final CreditBlock block) {
    for (final CreditBlock.NodeAdvantages node : block.nodes()) {
      final int id = node.node();
      if (id < 0 || id >= tree.nodes().size()) {
        throw new IllegalArgumentException(
            "credit names no node: estimator=" + block.estimator() + " id=" + id);
      }
      if (node.advantages().length != tree.node(id).length()) {
        throw new IllegalArgumentException(
            "credit needs one advantage per token: estimator="
                + block.estimator()
                + " id="
                + id
                + " tokens="
                + tree.node(id).length()
                + " advantages="
                + node.advantages().length);
      }
    }
  }

  private void readField(final String name) throws IOException {
    switch (name) {
      case "format" -> checkFormat(format = in.text());
      case "run" -> run = in.text();
      case "group" -> group = in.scalar();
      case "tree" -> tree = in.integer();
      case "task" -> in.eachField(this::readTaskField);
      case "sampling" -> in.eachField(this::readSamplingField);
      case TraceFields.NODES -> in.eachElement(this::readNode);
      case "calls" -> in.eachElement(() -> calls.add(OutcomeParser.readCall(in)));
      case TraceFields.LEAVES -> in.eachElement(() -> leaves.add(OutcomeParser.readLeaf(in)));
      case SizingFields.FIELD -> sizing = SizingFields.read(in);
      case "credit" -> in.eachElement(() -> credit.add(CreditFields.read(in)));
      default -> in.skip();
    }
  }

  private void readTaskField(final String name) throws IOException {
    switch (name) {
      case "id" -> taskId = in.scalar();
      case "input" -> taskInput = in.raw();
      case "runtime_contract" -> contract = RuntimeContract.ofWireName(in.text());
      default -> in.skip();
    }
  }

  private void readSamplingField(final String name) throws IOException {
    switch (name) {
      case "temperature" -> temperature = in.real();
      case "top_p" -> topP = in.real();
      case "top_k" -> topK = in.integer();
      case "min_p" -> minP = in.real();
      case TraceFields.DIVISION -> division = Division.ofKey(in.text());
      case "repetition_penalty" -> repetition = in.real();
      case "presence_penalty" -> presence = in.real();
      case "frequency_penalty" -> frequency = in.real();
      case "min_new_tokens" -> minNewTokens = in.integer();
      case "logit_bias" -> in.eachField(token -> bias.put(Integer.parseInt(token), in.real()));
      default -> in.skip();
    }
  }

  private void readNode() throws IOException {
    final NodeParser parser = new NodeParser(in);
    if (nodes.size() == kvBlockUs.length) {
      kvBlockUs = Arrays.copyOf(kvBlockUs, nodes.size() * 2);
    }
    final int place = nodes.size();
    nodes.add(parser.read());
    if (parser.kvBlockUs() != NodeParser.NOT_MEASURED) {
      kvBlockUs[place] = parser.kvBlockUs();
      measured = true;
    }
  }
}
