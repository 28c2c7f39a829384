package dev.coppice.app.explorer.index;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Writes JSON of ASCII alone: half a surrogate pair, which UTF-8 cannot hold, stays what it is.
 *
 * @thread any; stateless.
 */
public final class PlainJson {
  /** Makes nodes and reads them. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private PlainJson() {}

  /**
   * Writes a document.
   *
   * @param node to write.
   * @return its bytes.
   */
  public static byte[] bytes(final JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("a document must be writable", e);
    }
  }

  /**
   * Puts a number with four digits, or null where it is none.
   *
   * @param into that takes it.
   * @param name of the field.
   * @param value to put.
   */
  public static void put(final ObjectNode into, final String name, final double value) {
    if (Double.isFinite(value)) {
      into.put(name, rounded(value));
    } else {
      into.putNull(name);
    }
  }

  /**
   * Rounds to five significant digits.
   *
   * @param value finite.
   * @return a number that is short in decimal.
   */
  public static double rounded(final double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value;
    }
    final int digits = 4 - (int) Math.floor(Math.log10(Math.abs(value)));
    if (digits > 300 || digits < 0) {
      return value;
    }
    final double scale = Math.pow(10, digits);
    return Math.rint(value * scale) / scale;
  }

  /**
   * Puts counts by name.
   *
   * @param into that takes an object of them.
   * @param name of the field.
   * @param counts to put.
   */
  public static void put(final ObjectNode into, final String name, final Map<String, Long> counts) {
    final ObjectNode node = into.putObject(name);
    counts.forEach(node::put);
  }
}
