package dev.coppice.bridge.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WireCodecTest {
  private static final int ROWS = 4096;
  private static final ArrowType INT = new ArrowType.Int(32, true);
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Field("parent", FieldType.notNullable(INT), null),
              new Field(
                  "tokens",
                  FieldType.notNullable(new ArrowType.List()),
                  List.of(new Field("item", FieldType.notNullable(INT), null)))));

  private final BufferAllocator memory = new RootAllocator();

  @AfterEach
  void everythingWasFreed() {
    memory.close();
  }

  /** Rows of one token each, all alike, so that a compressor could shrink every column. */
  private VectorSchemaRoot rows() {
    final VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, memory);
    final ListVector tokens = (ListVector) root.getVector("tokens");
    final IntVector items = (IntVector) tokens.getDataVector();
    for (int row = 0; row < ROWS; row++) {
      ((IntVector) root.getVector("parent")).setSafe(row, 7);
      items.setSafe(tokens.startNewValue(row), 3);
      tokens.endValue(row, 1);
    }
    root.setRowCount(ROWS);
    return root;
  }

  @Test
  void shouldLeaveTheNumbersOfTokensRawAndCompressTheRest() throws Exception {
    final Flight.FlightData sent;
    try (VectorSchemaRoot root = rows();
        var stream = IpcMessage.of(root, new byte[] {1, 2, 3}, memory).stream()) {
      sent = Flight.FlightData.parseFrom(stream);
    }

    final byte[] body = sent.getDataBody().toByteArray();
    int threes = 0;
    for (int at = 0; at + 3 < body.length; at += 4) {
      threes +=
          body[at] == 3 && body[at + 1] == 0 && body[at + 2] == 0 && body[at + 3] == 0 ? 1 : 0;
    }
    assertTrue(threes >= ROWS, "a reader shows them as they lie: found=" + threes);
    assertTrue(body.length < 2 * 4 * ROWS, "the rest has shrunk: bytes=" + body.length);
    assertEquals(3, sent.getAppMetadata().size());
  }

  @Test
  void shouldBeginColumnsAtAMultipleOf64BytesOfTheMessage() throws Exception {
    for (int metadata = 0; metadata < 200; metadata++) {
      final byte[] bytes;
      try (VectorSchemaRoot root = rows();
          var stream = IpcMessage.of(root, new byte[metadata], memory).stream()) {
        bytes = stream.readAllBytes();
      }
      final int body = Flight.FlightData.parseFrom(bytes).getDataBody().size();
      assertEquals(0, (bytes.length - body) % 64, "metadata=" + metadata);
    }
  }

  @Test
  void shouldFreeAMessageThatIsNotSent() {
    try (VectorSchemaRoot root = rows();
        IpcMessage message = IpcMessage.of(root, new byte[0], memory)) {
      assertTrue(memory.getAllocatedMemory() > 0, message.toString());
    }
  }

  @Test
  void shouldRefuseAColumnThatLiesAboutItsSize() {
    final WireCodec codec = new WireCodec(null);
    for (final long claimed : new long[] {-7, 11, 1L << 40, Long.MAX_VALUE}) {
      try (ArrowBuf packed = memory.buffer(64)) {
        final byte[] frame = WireCodecs.pack(new byte[10]);
        packed.setLong(0, claimed);
        packed.setBytes(CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH, frame);
        packed.writerIndex(CompressionUtil.SIZE_OF_UNCOMPRESSED_LENGTH + frame.length);
        assertThrows(
            IllegalArgumentException.class,
            () -> codec.doDecompress(memory, packed),
            "claimed=" + claimed);
      }
    }
  }

  @Test
  void shouldRefuseASmallMessageThatIsDamaged() {
    final byte[] plain = "the leaves of some groups".getBytes(StandardCharsets.UTF_8);
    final byte[] packed = WireCodecs.pack(plain);

    assertEquals("the leaves of some groups", new String(unpack(packed), StandardCharsets.UTF_8));
    assertThrows(IllegalArgumentException.class, () -> WireCodecs.unpack(packed, 5));
    assertThrows(IllegalArgumentException.class, () -> unpack(new byte[] {1, 2, 3, 4, 5}));
  }

  private static byte[] unpack(final byte[] packed) {
    return WireCodecs.unpack(packed, 1000);
  }
}
