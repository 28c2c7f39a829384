package dev.coppice.environments.record;

import dev.coppice.environments.canonical.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Frames entries as lines: the CRC32C of the rest in eight hexadecimal digits, a blank, and a JSON
 * object with {@code key} and {@code value}, in ASCII.
 *
 * <pre>
 *   5d2c01aa {"key":"[\"call\",...]","value":{...}}
 * </pre>
 *
 * @thread stateless, any thread.
 */
final class ResultLines {
  private static final int CRC_CHARS = 8;

  private ResultLines() {}

  /** Holds one entry. */
  record Entry(String key, Map<String, Object> value) {}

  static byte[] line(final String key, final Map<String, ?> value) {
    final byte[] json =
        CanonicalJson.writeAscii(Map.of("key", key, "value", value))
            .getBytes(StandardCharsets.US_ASCII);
    final byte[] line = new byte[CRC_CHARS + 1 + json.length + 1];
    final byte[] crc = stated(crc(json, 0, json.length)).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(crc, 0, line, 0, crc.length);
    System.arraycopy(json, 0, line, crc.length, json.length);
    line[line.length - 1] = '\n';
    return line;
  }

  private static String stated(final int crc) {
    return HexFormat.of().toHexDigits(crc) + " ";
  }

  private static int crc(final byte[] bytes, final int from, final int length) {
    final CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Reads a line without its line feed; null if it is damaged. */
  @SuppressWarnings("unchecked")
  static Entry read(final byte[] line) {
    if (line.length <= CRC_CHARS + 1) {
      return null;
    }
    try {
      // As text: a number could be written in other ways, with capital letters for example.
      final String stated = new String(line, 0, CRC_CHARS + 1, StandardCharsets.US_ASCII);
      final int length = line.length - CRC_CHARS - 1;
      if (!stated.equals(stated(crc(line, CRC_CHARS + 1, length)))) {
        return null;
      }
      final Map<String, Object> entry =
          CanonicalJson.read(new String(line, CRC_CHARS + 1, length, StandardCharsets.US_ASCII));
      return entry.get("key") instanceof String key && entry.get("value") instanceof Map<?, ?> value
          ? new Entry(key, (Map<String, Object>) value)
          : null;
    } catch (final IllegalArgumentException e) {
      return null;
    }
  }
}
