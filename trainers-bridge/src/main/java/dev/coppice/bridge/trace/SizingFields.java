package dev.coppice.bridge.trace;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.coppice.trajectory.TrajectoryGroup.Sizing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes and reads the field {@code allocation}: how the number of a group's trees came about. */
final class SizingFields {
  static final String FIELD = "allocation";

  private String name = "";
  private final List<Integer> waves = new ArrayList<>();
  private int unbiased;
  private boolean byOutcomes;
  private double expectedReward = Sizing.UNKNOWN;
  private boolean kept = true;

  private SizingFields() {}

  static void write(final JsonGenerator json, final Sizing sizing) throws IOException {
    json.writeObjectFieldStart(FIELD);
    json.writeStringField("name", sizing.allocation());
    json.writeArrayFieldStart("waves");
    for (final int wave : sizing.waves()) {
      json.writeNumber(wave);
    }
    json.writeEndArray();
    json.writeNumberField("unbiased", sizing.unbiased());
    json.writeBooleanField("by_outcomes", sizing.byOutcomes());
    if (!Double.isNaN(sizing.expectedReward())) {
      json.writeNumberField("expected_reward", sizing.expectedReward());
    }
    json.writeBooleanField("kept", sizing.kept());
    json.writeEndObject();
  }

  static Sizing read(final LineParser in) throws IOException {
    final SizingFields fields = new SizingFields();
    in.eachField(name -> fields.readField(name, in));
    in.require(!fields.name.isEmpty(), "an allocation needs its name");
    return new Sizing(
        fields.name,
        fields.waves,
        fields.unbiased,
        fields.byOutcomes,
        fields.expectedReward,
        fields.kept);
  }

  private void readField(final String field, final LineParser in) throws IOException {
    switch (field) {
      case "name" -> name = in.text();
      case "waves" -> in.eachElement(() -> waves.add(in.integer()));
      case "unbiased" -> unbiased = in.integer();
      case "by_outcomes" -> byOutcomes = Boolean.TRUE.equals(in.booleanOrNull());
      case "expected_reward" -> expectedReward = in.realOrNull();
      case "kept" -> kept = !Boolean.FALSE.equals(in.booleanOrNull());
      default -> in.skip();
    }
  }
}
