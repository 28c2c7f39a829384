package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the field {@code credit} of a line, and reads one element of it. */
final class CreditFields {
  private final LineParser in;
  private final Map<String, String> options = new TreeMap<>();
  private final List<CreditBlock.NodeAdvantages> nodes = new ArrayList<>();
  private final List<CreditBlock.LeafAdvantage> leaves = new ArrayList<>();
  private String estimator;
  private int node;
  private float[] advantages;
  private double advantage;

  private CreditFields(final LineParser in) {
    this.in = in;
  }

  static void write(final JsonGenerator json, final List<CreditBlock> blocks) throws IOException {
    json.writeArrayFieldStart("credit");
    for (final CreditBlock block : blocks) {
      json.writeStartObject();
      json.writeStringField(TraceFields.ESTIMATOR, block.estimator());
      json.writeObjectFieldStart(TraceFields.OPTIONS);
      for (final Map.Entry<String, String> option : block.options().entrySet()) {
        json.writeStringField(option.getKey(), option.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart(TraceFields.NODES);
      for (final CreditBlock.NodeAdvantages node : block.nodes()) {
        json.writeStartObject();
        json.writeNumberField("id", node.node());
        json.writeFieldName("advantages");
        TraceWriter.writeFloats(json, node.advantages(), "advantages", node.node());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart(TraceFields.LEAVES);
      for (final CreditBlock.LeafAdvantage leaf : block.leaves()) {
        json.writeStartObject();
        json.writeNumberField("node", leaf.node());
        json.writeFieldName("advantage");
        TraceWriter.writeReward(json, leaf.advantage());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static CreditBlock read(final LineParser in) throws IOException {
    final CreditFields fields = new CreditFields(in);
    in.eachField(fields::readField);
    in.require(fields.estimator != null, "has no estimator");
    return new CreditBlock(fields.estimator, fields.options, fields.nodes, fields.leaves);
  }

  private void readField(final String name) throws IOException {
    switch (name) {
      case TraceFields.ESTIMATOR -> estimator = in.text();
      case TraceFields.OPTIONS -> in.eachField(option -> options.put(option, in.scalar()));
      case TraceFields.NODES -> in.eachElement(this::readNode);
      case TraceFields.LEAVES -> in.eachElement(this::readLeaf);
      default -> in.skip();
    }
  }

  private void readNode() throws IOException {
    node = -1;
    advantages = null;
    in.eachField(
        name -> {
          switch (name) {
            case "id" -> node = in.integer();
            case "advantages" -> advantages = in.floats();
            default -> in.skip();
          }
        });
    in.require(advantages != null, "has no advantages");
    nodes.add(new CreditBlock.NodeAdvantages(node, advantages));
  }

  private void readLeaf() throws IOException {
    node = -1;
    advantage = Double.NaN;
    in.eachField(
        name -> {
          switch (name) {
            case "node" -> node = in.integer();
            case "advantage" -> advantage = in.realOrNull();
            default -> in.skip();
          }
        });
    leaves.add(new CreditBlock.LeafAdvantage(node, advantage));
  }
}
