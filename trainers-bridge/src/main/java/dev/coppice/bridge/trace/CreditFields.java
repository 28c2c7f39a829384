package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Writes the field {@code credit} of a line. */
final class CreditFields {
  private CreditFields() {}

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
}
