package dev.coppice.proxy.recorded;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/**
 * Writes events as JSON, each under the number of its type; a number never changes.
 *
 * @thread any; stateless.
 */
public final class RecordedJson {
  /** The version of what is written. */
  public static final int VERSION = 1;

  /** Records are their components; what they can tell beside is none. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();

  private static final List<Class<? extends RecordEvent>> TYPES =
      List.of(
          RecordEvent.Began.class,
          RecordEvent.TurnSampled.class,
          RecordEvent.Forked.class,
          RecordEvent.Discarded.class,
          RecordEvent.PathScored.class,
          RecordEvent.RolloutEnded.class,
          RecordEvent.GroupSealed.class);

  private RecordedJson() {}

  /**
   * Returns the number of an event's type.
   *
   * @param event of any type.
   * @return the number, from 1.
   */
  public static int type(final RecordEvent event) {
    return TYPES.indexOf(event.getClass()) + 1;
  }

  /**
   * Writes an event.
   *
   * @param event to write.
   * @return its JSON in UTF-8.
   */
  public static byte[] bytes(final RecordEvent event) {
    try {
      return JSON.writeValueAsBytes(event);
    } catch (final IOException e) {
      throw new IllegalStateException("an event can be written", e);
    }
  }

  /**
   * Reads an event.
   *
   * @param type the number of its type.
   * @param bytes of its JSON.
   * @return the event.
   * @throws IllegalArgumentException if it is none.
   */
  public static RecordEvent read(final int type, final byte[] bytes) {
    if (type < 1 || type > TYPES.size()) {
      throw new IllegalArgumentException("no event has the number " + type);
    }
    try {
      return JSON.readValue(bytes, TYPES.get(type - 1));
    } catch (final IOException e) {
      throw new IllegalArgumentException("no event of type " + type + ": " + e.getMessage(), e);
    }
  }
}
