package dev.coppice.decoder.ggml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.chat.gguf.GgufFile;
import dev.coppice.chat.gguf.GgufTensor;
import dev.coppice.chat.gguf.GgufType;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares every type with what the package gguf widens blocks of random bits to, bit for bit. */
class BlockReaderTest {
  private static final Path STORED = Path.of("src/test/resources/gguf/blocks.gguf");

  /** The stored blocks, and wide ones where {@code make_gguf.py --smollm2} wrote them. */
  static Stream<Path> files() {
    final String prepared = System.getenv("COPPICE_SMOLLM2");
    return prepared == null
        ? Stream.of(STORED)
        : Stream.of(STORED, Path.of(prepared, "blocks.gguf"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldWidenEveryTypeToTheBitsOfTheReference(final Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      for (final GgufType type : GgufType.values()) {
        final GgufTensor tensor = file.tensors().get(type.name());
        final GgufTensor expected = file.tensors().get(type + ".expected");
        final byte[] bytes = file.bytes(tensor).toArray(ValueLayout.JAVA_BYTE);
        final float[] numbers = new float[Math.toIntExact(tensor.columns() * tensor.rows())];
        new BlockReader(bytes, numbers).read(type);

        assertEquals(expected.columns(), numbers.length, type.name());
        for (int i = 0; i < numbers.length; i++) {
          final float right = file.bytes(expected).get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4L);
          assertEquals(
              Float.floatToRawIntBits(right),
              Float.floatToRawIntBits(numbers[i]),
              type + " number " + i + " right=" + right + " read=" + numbers[i]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void shouldCountWholeBlocksOfEveryType(final GgufType type) {
    try (GgufFile file = GgufFile.open(STORED)) {
      final GgufTensor tensor = file.tensors().get(type.name());
      assertEquals(tensor.bytes(), tensor.rows() * tensor.rowBytes());
      assertEquals(0, tensor.columns() % type.blockSize());
    }
  }
}
