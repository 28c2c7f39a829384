package dev.coppice.environments.canonical;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON that a policy wrote, in which nothing is guessed.
 *
 * <p>Refused are keys given twice, of which a reader would have to choose one, numbers beyond the
 * range of a double, and halves of surrogate pairs, which no tool can be sent. A number that no double
 * holds keeps its digits.
 *
 * @thread stateless, any thread.
 */
public final class SampledJson {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private SampledJson() {}

  /**
   * Reads an object.
   *
   * @param json text of one object, as sampled.
   * @return the object; its keys keep their order.
   * @throws IllegalArgumentException if the text is not one JSON object that means one thing.
   */
  public static Map<String, Object> read(final String json) {
    final Map<String, Object> object;
    try {
      object = STRICT.readValue(json, OBJECT);
    } catch (final JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON object: " + e.getOriginalMessage(), e);
    }
    if (object == null) {
      throw new IllegalArgumentException("not a JSON object: null");
    }
    return object(object);
  }

  private static Map<String, Object> object(final Map<?, ?> read) {
    final Map<String, Object> object = new LinkedHashMap<>();
    read.forEach((key, value) -> object.put(text((String) key), value(value)));
    return object;
  }

  private static Object value(final Object read) {
    if (read == null) {
      return null;
    }
    return switch (read) {
      case String text -> text(text);
      case BigDecimal number -> number(number);
      case Map<?, ?> map -> object(map);
      case List<?> list -> {
        final List<Object> items = new ArrayList<>(list.size());
        list.forEach(item -> items.add(value(item)));
        yield items;
      }
      default -> read;
    };
  }

  private static Number number(final BigDecimal written) {
    final double near = written.doubleValue();
    if (Double.isInfinite(near)) {
      throw new IllegalArgumentException("a number is too large");
    }
    // What a double spells as it was written stays one, as tools expect.
    return new BigDecimal(Double.toString(near)).compareTo(written) == 0 ? near : written;
  }

  private static String text(final String read) {
    for (int i = 0; i < read.length(); i++) {
      final char c = read.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < read.length()
          && Character.isLowSurrogate(read.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException("a text has half a character: at=" + i);
      }
    }
    return read;
  }
}
