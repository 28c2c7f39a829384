package dev.coppice.proxy.answer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.proxy.talk.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the fields of a request, and refuses by name what it does not understand.
 *
 * @param body of the request, an object.
 */
public record Fields(JsonNode body) {
  private static final int MOST_STOPS = 16;

  /** Checks that the body is an object. */
  public Fields {
    if (body == null || !body.isObject()) {
      throw RefusedException.field("body", "it must be a JSON object");
    }
  }

  /**
   * Refuses every field that is not known, unless it is null.
   *
   * @param known names.
   * @param what kind of request it is.
   */
  public void requireKnown(final Set<String> known, final String what) {
    body.properties()
        .forEach(
            field -> {
              if (!known.contains(field.getKey()) && !field.getValue().isNull()) {
                throw RefusedException.field(
                    field.getKey(), "not supported in " + what + "; leave it out");
              }
            });
  }

  /**
   * Refuses a field unless it has the value that changes nothing.
   *
   * @param name of the field.
   * @param neutral values, as JSON.
   */
  public void requireNeutral(final String name, final String... neutral) {
    if (has(name) && !List.of(neutral).contains(body.get(name).toString())) {
      throw RefusedException.field(
          name, "not supported but as " + String.join(" or ", neutral) + "; leave it out");
    }
  }

  /**
   * Returns whether a field is there.
   *
   * @param name of the field.
   * @return false if it is missing or null.
   */
  public boolean has(final String name) {
    return body.hasNonNull(name);
  }

  /**
   * Reads a text.
   *
   * @param name of the field.
   * @param otherwise what to take where it is missing.
   * @return the text.
   */
  public String text(final String name, final String otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (!body.get(name).isTextual()) {
      throw RefusedException.field(name, "it must be a text");
    }
    return body.get(name).asText();
  }

  /**
   * Reads a truth value.
   *
   * @param name of the field.
   * @param otherwise what to take where it is missing.
   * @return the value.
   */
  public boolean flag(final String name, final boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (!body.get(name).isBoolean()) {
      throw RefusedException.field(name, "it must be true or false");
    }
    return body.get(name).asBoolean();
  }

  /**
   * Reads a number.
   *
   * @param name of the field.
   * @param otherwise what to take where it is missing.
   * @return the number.
   */
  public double number(final String name, final double otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (!body.get(name).isNumber()) {
      throw RefusedException.field(name, "it must be a number");
    }
    return body.get(name).asDouble();
  }

  /**
   * Reads a whole number.
   *
   * @param name of the field.
   * @param least taken.
   * @param most taken.
   * @return the number, or empty where it is missing.
   */
  public OptionalLong whole(final String name, final long least, final long most) {
    if (!has(name)) {
      return OptionalLong.empty();
    }
    final JsonNode value = body.get(name);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw RefusedException.field(name, "it must be a whole number");
    }
    final long number = value.asLong();
    if (number < least || number > most) {
      throw RefusedException.field(
          name, "it must be between " + least + " and " + most + ": " + number);
    }
    return OptionalLong.of(number);
  }

  /**
   * Reads stops: a text, or a list of texts.
   *
   * @param name of the field.
   * @return the texts.
   */
  public List<String> stops(final String name) {
    final List<String> stops = new ArrayList<>();
    if (has(name)) {
      final JsonNode value = body.get(name);
      final Iterable<JsonNode> all = value.isArray() ? value : List.of(value);
      for (final JsonNode stop : all) {
        if (!stop.isTextual() || stop.asText().isEmpty()) {
          throw RefusedException.field(name, "stops are texts that are not empty");
        }
        stops.add(stop.asText());
      }
    }
    if (stops.size() > MOST_STOPS) {
      throw RefusedException.field(name, "at most " + MOST_STOPS + " stops: " + stops.size());
    }
    return stops;
  }
}
