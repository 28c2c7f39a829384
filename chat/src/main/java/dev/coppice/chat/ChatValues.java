package dev.coppice.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.coppice.chat.value.Arithmetic;
import dev.coppice.chat.value.None;
import dev.coppice.chat.value.TemplateException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON, and turns plain Java values into those of a template. */
public final class ChatValues {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private ChatValues() {}

  /**
   * Reads JSON.
   *
   * @param text of one value.
   * @return maps in the order of the text, lists, text, numbers, truth values, null.
   * @throws TemplateException if it is no JSON.
   */
  public static Object json(final String text) {
    try {
      return JSON.readValue(text, Object.class);
    } catch (final JsonProcessingException e) {
      throw new TemplateException("no JSON: " + e.getOriginalMessage());
    }
  }

  /**
   * Turns a value into a template's.
   *
   * @param value of maps, lists, text, numbers, truth values, null.
   * @return a copy with no null in it.
   */
  static Object of(final Object value) {
    return switch (value) {
      case null -> None.NONE;
      case String text -> text;
      case Boolean b -> b;
      case Double d -> d;
      case Float f -> (double) f;
      case BigInteger big -> Arithmetic.normal(big);
      case BigDecimal real -> real.doubleValue();
      case Number number -> number.longValue();
      case Map<?, ?> map -> {
        final Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put(of(key), of(item)));
        yield copy;
      }
      case Iterable<?> items -> {
        final List<Object> copy = new ArrayList<>();
        items.forEach(item -> copy.add(of(item)));
        yield copy;
      }
      default ->
          throw new TemplateException("no value of a chat: " + value.getClass().getSimpleName());
    };
  }
}
