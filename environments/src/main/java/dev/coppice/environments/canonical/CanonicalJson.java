package dev.coppice.environments.canonical;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Map;

/**
 * Writes JSON in one way only: keys sorted, no blanks.
 *
 * @thread stateless, any thread
 */
public final class CanonicalJson {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private CanonicalJson() {}

  /**
   * Writes a value.
   *
   * @param object of strings, numbers, booleans, nulls, lists and maps.
   * @return canonical JSON.
   */
  public static String write(final Object object) {
    try {
      return MAPPER.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: object=" + object, e);
    }
  }

  /**
   * Writes a value with every character beyond ASCII escaped.
   *
   * <p>So it survives policies whose tokens are bytes.
   *
   * @param value of strings, numbers, booleans, nulls, lists and maps.
   * @return JSON with sorted keys and without blanks.
   */
  public static String writeAscii(final Object value) {
    try {
      return MAPPER.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: value=" + value, e);
    }
  }

  /**
   * Writes a value whose keys keep their order, which is not canonical.
   *
   * @param object of strings, numbers, booleans, nulls, lists and maps.
   * @return JSON without blanks.
   */
  public static String writeInOrder(final Object object) {
    try {
      return MAPPER
          .writer()
          .without(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: object=" + object, e);
    }
  }

  /**
   * Reads an object.
   *
   * @param json text of one object.
   * @return the object; its keys keep their order.
   * @throws IllegalArgumentException if the text is not one JSON object.
   */
  public static Map<String, Object> read(final String json) {
    try {
      final Map<String, Object> object = MAPPER.readValue(json, OBJECT);
      if (object == null) {
        throw new IllegalArgumentException("not a JSON object: null");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON object: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Reads any value.
   *
   * @param json text of one value.
   * @return a string, number, boolean, null, list or map.
   * @throws IllegalArgumentException if the text is not one JSON value.
   */
  public static Object readValue(final String json) {
    try {
      return MAPPER.readValue(json, Object.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
