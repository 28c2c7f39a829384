package dev.coppice.app.enginecheck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Copies a model with the weights of one norm changed, so that every logit is another. */
final class ChangedModel {
  private static final String CHANGED = "model.norm.weight";
  private static final String WEIGHTS = "model.safetensors";
  private static final float BY = 0.9f;

  private ChangedModel() {}

  static Path of(final Path model, final Path target) throws IOException {
    Files.createDirectories(target);
    try (Stream<Path> files = Files.list(model)) {
      for (final Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    change(target.resolve(WEIGHTS));
    return target;
  }

  private static void change(final Path file) throws IOException {
    try (RandomAccessFile weights = new RandomAccessFile(file.toFile(), "rw")) {
      final byte[] size = new byte[Long.BYTES];
      weights.readFully(size);
      final long header = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getLong();
      final byte[] text = new byte[Math.toIntExact(header)];
      weights.readFully(text);
      final JsonNode entry = new ObjectMapper().readTree(text).path(CHANGED);
      if (!List.of("F32").contains(entry.path("dtype").asText())) {
        throw new IOException(CHANGED + " is not F32: " + entry);
      }
      final long begin = Long.BYTES + header + entry.at("/data_offsets/0").asLong();
      final byte[] values =
          new byte[entry.at("/data_offsets/1").asInt() - entry.at("/data_offsets/0").asInt()];
      weights.seek(begin);
      weights.readFully(values);
      final ByteBuffer floats = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < values.length; at += Float.BYTES) {
        floats.putFloat(at, floats.getFloat(at) * BY);
      }
      weights.seek(begin);
      weights.write(values);
    }
  }
}
