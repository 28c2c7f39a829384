package dev.coppice.bridge.trace;

import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads one element of the fields {@code calls} and {@code leaves} of a line. */
final class OutcomeParser {
  private final LineParser in;
  private final Map<String, Double> components = new HashMap<>();
  private int id = -1;
  private int node = -1;
  private String tool = "";
  private String arguments = "{}";
  private ToolCall.Status callStatus = ToolCall.Status.OK;
  private Boolean correct;
  private long latencyUs;
  private String provenance = TraceFields.PROVENANCE_REAL;
  private LeafStatus leafStatus = LeafStatus.COMPLETED;
  private StopReason stop;
  private double reward = Double.NaN;
  private String answer;
  private RolloutFailure failure;
  private RolloutFailure.Boundary boundary;
  private String code = "";
  private String message = "";
  private int draws = 1;

  private OutcomeParser(final LineParser in) {
    this.in = in;
  }

  static ToolCall readCall(final LineParser in) throws IOException {
    final OutcomeParser draft = new OutcomeParser(in);
    in.eachField(draft::readCallField);
    return new ToolCall(
        draft.id,
        draft.node,
        draft.tool,
        draft.arguments,
        draft.callStatus,
        draft.correct,
        draft.latencyUs,
        draft.provenance);
  }

  static Leaf readLeaf(final LineParser in) throws IOException {
    final OutcomeParser draft = new OutcomeParser(in);
    in.eachField(draft::readLeafField);
    return new Leaf(
        draft.node,
        draft.leafStatus,
        draft.stop == null ? StopReason.EOS : draft.stop,
        draft.reward,
        draft.components,
        draft.answer,
        draft.failure,
        draft.draws);
  }

  /** Copies a leaf of a format that knows no draws. */
  static Leaf ofOneDraw(final Leaf leaf) {
    return new Leaf(
        leaf.node(),
        leaf.status(),
        leaf.stop(),
        leaf.reward(),
        leaf.components(),
        leaf.answer(),
        leaf.failure());
  }

  private void readCallField(final String name) throws IOException {
    switch (name) {
      case "id" -> id = in.integer();
      case "node" -> node = in.integer();
      case "tool" -> tool = in.text();
      case "arguments" -> arguments = in.raw();
      case "status" -> callStatus = ToolCall.Status.ofWireName(in.text());
      case "correct" -> correct = in.booleanOrNull();
      case "latency_us" -> latencyUs = in.longInteger();
      case TraceFields.PROVENANCE -> provenance = in.text();
      default -> in.skip();
    }
  }

  private void readLeafField(final String name) throws IOException {
    switch (name) {
      case "node" -> node = in.integer();
      case "status" -> leafStatus = LeafStatus.ofWireName(in.text());
      case "stop" -> stop = StopReason.ofWireName(in.text());
      case "reward" -> reward = in.realOrNull();
      case "components" -> in.eachField(key -> components.put(key, in.realOrNull()));
      case "answer" -> answer = in.textOrNull();
      case TraceFields.DRAWS -> draws = in.integer();
      case "failure" -> failure = in.isNull() ? null : readFailure();
      default -> in.skip();
    }
  }

  private RolloutFailure readFailure() throws IOException {
    in.eachField(
        name -> {
          switch (name) {
            case "boundary" -> boundary = RolloutFailure.Boundary.ofWireName(in.text());
            case "code" -> code = in.text();
            case "message" -> message = in.text();
            default -> in.skip();
          }
        });
    in.require(boundary != null, "has no boundary");
    return new RolloutFailure(boundary, code, message);
  }
}
