package dev.coppice.decoder.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.chat.files.ModelFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsReaderTest {
  @TempDir Path folder;

  private Path file(final long headerLength, final String header, final int dataBytes)
      throws IOException {
    final byte[] json = header.getBytes(StandardCharsets.UTF_8);
    final ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(headerLength).put(json);
    for (int i = 0; i < dataBytes; i++) {
      bytes.put((byte) i);
    }
    return Files.write(folder.resolve("model.safetensors"), bytes.array());
  }

  private Path file(final String header, final int dataBytes) throws IOException {
    return file(header.getBytes(StandardCharsets.UTF_8).length, header, dataBytes);
  }

  private void assertRefused(final Path file, final String... parts) {
    final ModelFileException e =
        assertThrows(ModelFileException.class, () -> SafetensorsReader.open(file).close());
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    for (final String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  private static float[] read(final SafetensorsReader reader, final String name, final int size) {
    try (Arena arena = Arena.ofConfined()) {
      final MemorySegment target = arena.allocate(size * 4L, 4);
      reader.read(name, target);
      return target.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  @Test
  void shouldReadBackWhatTheWriterWrote() throws IOException {
    final float[] exact = {1, -2.5f, 0.25f, Float.NaN, Float.POSITIVE_INFINITY, 3};
    final Path file = folder.resolve("written.safetensors");
    new SafetensorsWriter()
        .add("a", TensorType.F32, exact, 2, 3)
        .add("b", TensorType.BF16, exact, 6)
        .add("none", TensorType.F32, new float[0], 0, 4)
        .write(file);

    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertEquals("[a, b, none]", reader.names().toString());
      assertEquals(TensorType.BF16, reader.type("b"));
      assertArrayEquals(new long[] {2, 3}, reader.shape("a"));
      assertArrayEquals(exact, read(reader, "a", 6));
      assertArrayEquals(exact, read(reader, "b", 6));
    }
  }

  @Test
  void shouldReadHalfPrecision() throws IOException {
    final String header = "{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}";
    final Path file = file(header, 4);
    final byte[] bytes = Files.readAllBytes(file);
    final int data = bytes.length - 4;
    System.arraycopy(new byte[] {0, 0x3C, 0, (byte) 0xC1}, 0, bytes, data, 4);
    Files.write(file, bytes);

    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertArrayEquals(new float[] {1, -2.5f}, read(reader, "h", 2));
    }
  }

  @Test
  void shouldRefuseAFileWithoutAHeader() throws IOException {
    assertRefused(Files.write(folder.resolve("short"), new byte[5]), "truncated");
    assertRefused(file(-1, "{}", 0), "header length 18446744073709551615");
    assertRefused(file(1000, "{}", 4), "truncated");
    assertRefused(file("[]  ", 0), "not a JSON object");
    assertRefused(file("{\"a\":", 0), "not JSON");
    assertRefused(file("{\"a\":{},\"a\":{}}", 0), "Duplicate");
    assertRefused(folder.resolve("absent"), "no such file");
  }

  @Test
  void shouldRefuseATensorThatContradictsItself() throws IOException {
    final String end = ",\"data_offsets\":[0,8]}}";
    assertRefused(file("{\"w\":{\"dtype\":\"C64\",\"shape\":[1]" + end, 8), "tensor w", "'C64'");
    assertRefused(
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[3]" + end, 8), "tensor w", "needs 12", "give 8");
    assertRefused(
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1,-2]" + end, 8), "tensor w", "shape");
    assertRefused(
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296]" + end, 8),
        "tensor w",
        "too large");
    assertRefused(
        file("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8),
        "tensor w",
        "no range");
    assertRefused(file("{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8), "tensor w", "data_offsets");
  }

  private static String pair(final int begin, final int end) {
    return "{\"v\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
        + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":["
        + begin
        + ","
        + end
        + "]}}";
  }

  @Test
  void shouldRefuseTensorsThatDoNotCoverTheDataExactly() throws IOException {
    assertRefused(file(pair(4, 12), 12), "tensor w", "overlapping v");
    assertRefused(file(pair(12, 20), 20), "tensor w", "gap behind v");
    assertRefused(file(pair(8, 16), 12), "truncated", "tensor w");
    assertRefused(file(pair(8, 16), 20), "4 bytes lie behind");
  }

  @Test
  void shouldRefuseEveryTruncationOfAGoodFile() throws IOException {
    final Path file = folder.resolve("good.safetensors");
    new SafetensorsWriter()
        .add("a", TensorType.F32, new float[] {1, 2, 3}, 3)
        .add("b", TensorType.F32, new float[] {4}, 1)
        .write(file);
    final byte[] good = Files.readAllBytes(file);

    for (int length = 0; length < good.length; length++) {
      assertRefused(Files.write(folder.resolve("cut"), Arrays.copyOf(good, length)));
    }
  }

  @Test
  void shouldFollowAnIndexOverShardsAndNameWhatIsMissing() throws IOException {
    new SafetensorsWriter()
        .add("a", TensorType.F32, new float[] {1, 2}, 2)
        .write(folder.resolve("one.safetensors"));
    new SafetensorsWriter()
        .add("b", TensorType.F32, new float[] {3, 4}, 2)
        .write(folder.resolve("two.safetensors"));
    final Path index = folder.resolve("model.safetensors.index.json");
    final String map = "{\"weight_map\":{\"a\":\"one.safetensors\",\"%s\":\"%s\"}}";

    Files.writeString(index, map.formatted("b", "two.safetensors"));
    try (WeightFiles files = WeightFiles.open(folder)) {
      assertArrayEquals(new float[] {3, 4}, files.floats("b", 2));
      final var missing = assertThrows(ModelFileException.class, () -> files.floats("c", 2));
      assertTrue(missing.getMessage().contains("tensor c is missing"), missing.getMessage());
      final var shape = assertThrows(ModelFileException.class, () -> files.floats("a", 1, 2));
      assertTrue(shape.getMessage().contains("[2]"), shape.getMessage());
    }
    for (final String[] bad :
        new String[][] {
          {"c", "two.safetensors", "tensor c is missing"},
          {"b", "three.safetensors", "no such file"},
          {"b", "../two.safetensors", "outside the folder"}
        }) {
      Files.writeString(index, map.formatted(bad[0], bad[1]));
      final var e = assertThrows(ModelFileException.class, () -> WeightFiles.open(folder).close());
      assertTrue(e.getMessage().contains(bad[2]), e.getMessage());
    }
  }

  @Test
  void shouldNeverReadAPickle() throws IOException {
    Files.write(folder.resolve("pytorch_model.bin"), new byte[] {(byte) 0x80, 2, '.'});

    final var e = assertThrows(ModelFileException.class, () -> WeightFiles.open(folder).close());

    assertTrue(e.getMessage().contains("read from safetensors and GGUF"), e.getMessage());
  }
}
