package dev.coppice.bridge.flight;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Reads the bodies of calls and writes their answers. */
final class BridgeJson {
  private static final ObjectMapper MAPPER = mapper();

  private BridgeJson() {}

  private static ObjectMapper mapper() {
    final ObjectMapper mapper = new ObjectMapper();
    mapper
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).build());
    return mapper;
  }

  static ObjectNode newObject() {
    return MAPPER.createObjectNode();
  }

  /** Reads an object that has no other fields than those named. */
  static JsonNode object(final byte[] bytes, final String call, final String... fields) {
    final List<String> known = List.of(fields);
    final JsonNode node;
    try {
      node = bytes.length == 0 ? newObject() : MAPPER.readTree(bytes);
    } catch (final JsonProcessingException e) {
      throw new IllegalArgumentException(
          call + ": the body is not JSON: " + e.getOriginalMessage(), e);
    } catch (final IOException e) {
      throw new IllegalArgumentException(call + ": the body is not JSON: " + e, e);
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException(call + ": the body must be a JSON object");
    }
    for (final Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
      final String name = names.next();
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            call + ": unknown field \"" + name + "\"; it takes " + known);
      }
    }
    return node;
  }

  /** Reads an answer, whatever its fields. */
  static JsonNode any(final byte[] bytes, final String call) {
    try {
      return MAPPER.readTree(bytes);
    } catch (final IOException e) {
      throw new IllegalStateException(call + ": the answer is not JSON: " + e, e);
    }
  }

  /** Reads a part of an answer that is there as a text. */
  static JsonNode any(final String text, final String call) {
    return any(text.getBytes(StandardCharsets.UTF_8), call);
  }

  /** Reads a list of whole numbers. */
  static List<Long> numbers(final JsonNode body, final String call, final String field) {
    final JsonNode list = body.path(field);
    if (!list.isArray()) {
      throw new IllegalArgumentException(call + ": " + field + " must be a list of numbers");
    }
    final List<Long> numbers = new ArrayList<>(list.size());
    for (final JsonNode item : list) {
      if (!item.isIntegralNumber() || !item.canConvertToLong()) {
        throw new IllegalArgumentException(
            call + ": " + field + " must hold whole numbers, not " + item);
      }
      numbers.add(item.asLong());
    }
    return numbers;
  }

  /** Reads a text that must be there. */
  static String text(final JsonNode body, final String call, final String field) {
    final JsonNode value = body.path(field);
    if (!value.isTextual() || value.asText().isEmpty()) {
      throw new IllegalArgumentException(call + ": " + field + " must be a text");
    }
    return value.asText();
  }

  static byte[] bytes(final ObjectNode answer) {
    return answer.toString().getBytes(StandardCharsets.UTF_8);
  }
}
