package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.coppice.draw.Division;
import dev.coppice.trajectory.BranchDecision;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.NodeMark;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import dev.coppice.trajectory.Span;
import dev.coppice.trajectory.ToolCall;
import dev.coppice.trajectory.TrajectoryNode;
import dev.coppice.trajectory.TrajectoryTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns a tree into one line of a trace file.
 *
 * <p>Lines are plain ASCII, other characters are escaped, so that no text a model wrote can break a
 * line. A reward or step reward that is {@code NaN} is written as null.
 *
 * @thread any; each call works on its own memory.
 * @cost O(tokens); about 12 bytes per sampled token.
 */
public final class TraceWriter {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private TraceWriter() {}

  /**
   * Writes a tree without the cache's measure.
   *
   * @param tree to write.
   * @param credit the tree was given, one block per estimator.
   * @return the line in UTF-8, its line feed included.
   */
  public static byte[] line(final TrajectoryTree tree, final List<CreditBlock> credit) {
    return line(new Trace(tree, credit));
  }

  /**
   * Writes a line.
   *
   * @param trace to write.
   * @return the line in UTF-8, its line feed included.
   * @throws IllegalArgumentException if a log-probability or an advantage is not finite or the
   *     task's input is not JSON.
   */
  public static byte[] line(final Trace trace) {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * 1024);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      writeTrace(json, trace);
    } catch (final IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private static void writeTrace(final JsonGenerator json, final Trace trace) throws IOException {
    final TrajectoryTree tree = trace.tree();
    json.writeStartObject();
    json.writeStringField("format", TraceFields.FORMAT);
    json.writeStringField("run", tree.run());
    json.writeStringField("group", tree.group());
    json.writeNumberField("tree", tree.tree());
    json.writeObjectFieldStart("task");
    json.writeStringField("id", tree.task().id());
    json.writeFieldName("input");
    writeInput(json, tree);
    json.writeStringField("runtime_contract", tree.task().contract().wireName());
    json.writeEndObject();
    writeSampling(json, tree);
    if (trace.sizing() != null) {
      SizingFields.write(json, trace.sizing());
    }
    json.writeArrayFieldStart(TraceFields.NODES);
    for (final TrajectoryNode node : tree.nodes()) {
      writeNode(json, trace, node);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("calls");
    for (final ToolCall call : tree.calls()) {
      writeCall(json, call);
    }
    json.writeEndArray();
    json.writeArrayFieldStart(TraceFields.LEAVES);
    for (final Leaf leaf : tree.leaves()) {
      writeLeaf(json, leaf);
    }
    json.writeEndArray();
    if (!trace.credit().isEmpty()) {
      CreditFields.write(json, trace.credit());
    }
    json.writeEndObject();
  }

  private static void writeInput(final JsonGenerator json, final TrajectoryTree tree)
      throws IOException {
    final String input = tree.task().input();
    if (!JsonText.isJson(input)) {
      throw new IllegalArgumentException(
          "the task's input is not JSON: task=" + tree.task().id() + " input=" + input);
    }
    JsonText.copy(input, json);
  }

  private static void writeSampling(final JsonGenerator json, final TrajectoryTree tree)
      throws IOException {
    final SamplingSettings sampling = tree.sampling();
    json.writeObjectFieldStart("sampling");
    json.writeNumberField("temperature", sampling.temperature());
    json.writeNumberField("top_p", sampling.topP());
    json.writeNumberField("top_k", sampling.topK());
    json.writeNumberField("min_p", sampling.minP());
    if (sampling.rules().changeAnything()) {
      writeRules(json, sampling.rules());
    }
    json.writeStringField(TraceFields.LOGPROBS, "sampled");
    if (tree.division() != Division.INDEPENDENT) {
      json.writeStringField(TraceFields.DIVISION, tree.division().key());
    }
    json.writeEndObject();
  }

  private static void writeRules(final JsonGenerator json, final LogitRules rules)
      throws IOException {
    json.writeNumberField("repetition_penalty", rules.repetition());
    json.writeNumberField("presence_penalty", rules.presence());
    json.writeNumberField("frequency_penalty", rules.frequency());
    json.writeNumberField("min_new_tokens", rules.minNewTokens());
    json.writeObjectFieldStart("logit_bias");
    for (final Map.Entry<Integer, Double> entry : rules.bias().entrySet()) {
      json.writeNumberField(Integer.toString(entry.getKey()), entry.getValue());
    }
    json.writeEndObject();
  }

  private static void writeKept(final JsonGenerator json, final TrajectoryNode.Kept kept)
      throws IOException {
    if (kept.isThere()) {
      json.writeFieldName(TraceFields.KEPT);
      json.writeArray(kept.ids(), 0, kept.ids().length);
      json.writeFieldName(TraceFields.KEPT_COUNTS);
      json.writeArray(kept.counts(), 0, kept.counts().length);
    }
  }

  private static void writeNode(
      final JsonGenerator json, final Trace trace, final TrajectoryNode node) throws IOException {
    final boolean sampled = node.kind().isSampled();
    json.writeStartObject();
    json.writeNumberField("id", node.id());
    json.writeNumberField("parent", node.parent());
    json.writeStringField("kind", node.kind().wireName());
    json.writeFieldName(TraceFields.TOKENS);
    json.writeArray(node.tokens(), 0, node.tokens().length);
    if (sampled && !isUnrecorded(node.logprobs())) {
      json.writeFieldName(TraceFields.LOGPROBS);
      writeFloats(json, node.logprobs(), TraceFields.LOGPROBS, node.id());
    }
    writeKept(json, node.kept());
    if (sampled || !node.spans().isEmpty()) {
      writeSpans(json, node.spans());
    }
    writeDraws(json, node.draws());
    writeMarks(json, node.marks());
    writeUnlessPlain(json, "policy_version", node.policyVersion(), sampled);
    if (node.versionRuns().size() > 1) {
      writeVersionRuns(json, node.versionRuns());
    }
    writeUnlessPlain(json, "kv_version", node.kvVersion(), sampled);
    writeUnlessPlain(json, "cached_tokens", node.cachedTokens(), sampled);
    if (sampled || node.state() != null) {
      json.writeStringField("state", node.state());
    }
    if (node.branch() != null) {
      writeBranch(json, node.branch());
    }
    if (sampled || node.stepReward() != 0.0) {
      json.writeFieldName("step_reward");
      writeReward(json, node.stepReward());
    }
    if (node.call() != Span.NO_CALL) {
      json.writeNumberField("call", node.call());
    }
    if (trace.kvBlockUs().length > 0) {
      json.writeNumberField("kv_block_us", trace.kvBlockUs()[node.id()]);
    }
    json.writeEndObject();
  }

  private static void writeDraws(final JsonGenerator json, final int draws) throws IOException {
    if (draws != 1) {
      json.writeNumberField(TraceFields.DRAWS, draws);
    }
  }

  private static void writeMarks(final JsonGenerator json, final Set<NodeMark> marks)
      throws IOException {
    if (marks.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart(TraceFields.PROVENANCE);
    for (final NodeMark mark : EnumSet.copyOf(marks)) {
      json.writeString(mark.wireName());
    }
    json.writeEndArray();
  }

  private static void writeUnlessPlain(
      final JsonGenerator json, final String name, final int value, final boolean always)
      throws IOException {
    if (always || value != 0) {
      json.writeNumberField(name, value);
    }
  }

  private static void writeVersionRuns(
      final JsonGenerator json, final List<TrajectoryNode.VersionRun> runs) throws IOException {
    json.writeArrayFieldStart(TraceFields.VERSION_RUNS);
    for (final TrajectoryNode.VersionRun run : runs) {
      json.writeStartObject();
      json.writeNumberField("version", run.version());
      json.writeNumberField("length", run.length());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeSpans(final JsonGenerator json, final List<Span> spans)
      throws IOException {
    json.writeArrayFieldStart("spans");
    for (final Span span : spans) {
      json.writeStartObject();
      json.writeNumberField("start", span.start());
      json.writeNumberField("length", span.length());
      json.writeStringField("kind", span.kind().wireName());
      if (span.call() != Span.NO_CALL) {
        json.writeNumberField("call", span.call());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeBranch(final JsonGenerator json, final BranchDecision branch)
      throws IOException {
    json.writeObjectFieldStart("branch");
    json.writeStringField(TraceFields.POLICY, branch.policy());
    json.writeNumberField(TraceFields.CHILDREN, branch.children());
    json.writeFieldName("value");
    writeReward(json, branch.value());
    json.writeEndObject();
  }

  private static void writeCall(final JsonGenerator json, final ToolCall call) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", call.id());
    json.writeNumberField("node", call.node());
    json.writeStringField("tool", call.tool());
    json.writeFieldName("arguments");
    if (JsonText.isJson(call.arguments())) {
      JsonText.copy(call.arguments(), json);
    } else {
      json.writeString(call.arguments());
    }
    json.writeStringField("status", call.status().wireName());
    if (call.correct() == null) {
      json.writeNullField("correct");
    } else {
      json.writeBooleanField("correct", call.correct());
    }
    json.writeNumberField("latency_us", call.latencyUs());
    json.writeStringField(TraceFields.PROVENANCE, call.provenance());
    json.writeEndObject();
  }

  private static void writeLeaf(final JsonGenerator json, final Leaf leaf) throws IOException {
    json.writeStartObject();
    json.writeNumberField("node", leaf.node());
    writeDraws(json, leaf.draws());
    json.writeStringField("status", leaf.status().wireName());
    json.writeStringField("stop", leaf.stop().wireName());
    json.writeFieldName("reward");
    writeReward(json, leaf.reward());
    json.writeObjectFieldStart("components");
    for (final Map.Entry<String, Double> entry : new TreeMap<>(leaf.components()).entrySet()) {
      json.writeFieldName(entry.getKey());
      writeReward(json, entry.getValue());
    }
    json.writeEndObject();
    json.writeStringField("answer", leaf.answer());
    final RolloutFailure failure = leaf.failure();
    if (failure != null) {
      json.writeObjectFieldStart("failure");
      json.writeStringField("boundary", failure.boundary().wireName());
      json.writeStringField("code", failure.code());
      json.writeStringField("message", failure.message());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  /** JSON has no NaN; a number nobody can give is null. */
  static void writeReward(final JsonGenerator json, final double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNull();
    } else if (Double.isInfinite(value)) {
      throw new IllegalArgumentException("a number in a trace must be finite: value=" + value);
    } else {
      json.writeNumber(value);
    }
  }

  /** Writes floats in their shortest form that reads back to the same bits. */
  static void writeFloats(
      final JsonGenerator json, final float[] values, final String what, final int node)
      throws IOException {
    json.writeStartArray();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            what + " must be finite: node=" + node + " token=" + i + " value=" + values[i]);
      }
      json.writeNumber(values[i]);
    }
    json.writeEndArray();
  }

  /** A trace from elsewhere may lack log-probabilities; they are then all NaN, never 0. */
  private static boolean isUnrecorded(final float[] logprobs) {
    for (final float logprob : logprobs) {
      if (!Float.isNaN(logprob)) {
        return false;
      }
    }
    return logprobs.length > 0;
  }
}
