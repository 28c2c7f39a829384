package dev.coppice.bridge.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes seeded frames and reads them back as text. */
final class JournalFixture {
  static final JournalContent CONTENT = new JournalContent("TEST", 3);

  private JournalFixture() {}

  /** Appends frames of many sizes, forcing after every tenth. */
  static List<String> fill(final JournalWriter writer, final long seed, final int count) {
    final Random random = new Random(seed);
    final List<String> written = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      final byte[] payload = new byte[random.nextInt(40)];
      random.nextBytes(payload);
      final int type = 1 + random.nextInt(5);
      writer.append(type, new UnsafeBuffer(payload), 0, payload.length);
      written.add(describe(type, payload));
      if (i % 10 == 9) {
        writer.force();
      }
    }
    return written;
  }

  /** Reads all frames of a journal. */
  static List<String> read(final Path path) {
    final List<String> frames = new ArrayList<>();
    try (JournalReader reader = new JournalReader(path, CONTENT)) {
      while (reader.next()) {
        final byte[] payload = new byte[reader.length()];
        reader.payload().getBytes(0, payload);
        frames.add(describe(reader.type(), payload));
      }
    }
    return frames;
  }

  private static String describe(final int type, final byte[] payload) {
    return type + ":" + java.util.HexFormat.of().formatHex(payload);
  }
}
