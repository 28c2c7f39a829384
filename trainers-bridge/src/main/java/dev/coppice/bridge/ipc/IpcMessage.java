package dev.coppice.bridge.ipc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Holds one message of a stream as it goes over the wire.
 *
 * <p>The body begins at a multiple of 64 bytes of the message: a reader that keeps the message in
 * one piece can use its columns where they lie.
 *
 * @thread one at a time; the transport frees the body when it has been sent.
 */
public final class IpcMessage implements AutoCloseable {
  private static final int ALIGNMENT = 64;
  private static final int TAG_HEADER = 0x12;
  private static final int TAG_METADATA = 0x1A;
  private static final int TAG_BODY = 1000 << 3 | 2;
  private static final byte[] NONE = {};

  private final ByteBuffer header;
  private final byte[] metadata;
  private final ArrowBuf body;
  private final AtomicBoolean given = new AtomicBoolean();

  /**
   * Makes a message of its parts.
   *
   * @param header the message of Arrow IPC, without its length.
   * @param metadata of the application, or an empty array.
   * @param body the columns, or null; the message takes the reference over.
   */
  public IpcMessage(final ByteBuffer header, final byte[] metadata, final ArrowBuf body) {
    this.header = header;
    this.metadata = metadata;
    this.body = body;
  }

  /**
   * Makes the first message of a stream.
   *
   * @param schema of the stream.
   * @return the message.
   */
  public static IpcMessage of(final Schema schema) {
    return new IpcMessage(
        MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT), NONE, null);
  }

  /**
   * Copies a batch.
   *
   * @param root that holds the batch.
   * @param metadata of the application, or an empty array.
   * @param allocator of the message.
   * @return the message.
   */
  public static IpcMessage of(
      final VectorSchemaRoot root, final byte[] metadata, final BufferAllocator allocator) {
    final var codec = new WireCodecs(root).createCodec(CompressionUtil.CodecType.ZSTD);
    try (ArrowRecordBatch batch = new VectorUnloader(root, true, codec, true).getRecordBatch()) {
      final ByteBuffer header = MessageSerializer.serializeMetadata(batch, IpcOption.DEFAULT);
      final ArrowBuf body = allocator.buffer(Math.max(1, batch.computeBodyLength()));
      body.setZero(0, body.capacity());
      final List<ArrowBuf> buffers = batch.getBuffers();
      final List<ArrowBuffer> layout = batch.getBuffersLayout();
      for (int i = 0; i < buffers.size(); i++) {
        body.setBytes(layout.get(i).getOffset(), buffers.get(i), 0, layout.get(i).getSize());
      }
      body.writerIndex(batch.computeBodyLength());
      return new IpcMessage(header, metadata, body);
    }
  }

  /** Gives the bytes away; whoever has the stream frees the body. */
  InputStream stream() {
    if (!given.compareAndSet(false, true)) {
      throw new IllegalStateException("a message is sent once");
    }
    return new MessageStream(bytes());
  }

  private ByteBuf bytes() {
    final int bodyBytes = body == null ? 0 : Math.toIntExact(body.readableBytes());
    final int fixed =
        bytesField(metadata.length) + (body == null ? 0 : tagBytes(TAG_BODY) + varBytes(bodyBytes));
    int headerBytes = header.remaining();
    while (body != null && (bytesField(headerBytes) + fixed) % ALIGNMENT != 0) {
      headerBytes++; // Zeros behind a flatbuffer mean nothing.
    }
    // A part on the heap would have the transport copy all of it.
    final ByteBuf head =
        PooledByteBufAllocator.DEFAULT.directBuffer(bytesField(headerBytes) + fixed);
    putTag(head, TAG_HEADER, headerBytes);
    head.writeBytes(header.duplicate()).writeZero(headerBytes - header.remaining());
    if (metadata.length > 0) {
      putTag(head, TAG_METADATA, metadata.length);
      head.writeBytes(metadata);
    }
    if (body == null) {
      return head;
    }
    putTag(head, TAG_BODY, bodyBytes);
    return new HeldBytes(head, body);
  }

  private static int bytesField(final int length) {
    return length == 0 ? 0 : tagBytes(TAG_HEADER) + varBytes(length) + length;
  }

  private static int tagBytes(final int tag) {
    return varBytes(tag);
  }

  private static int varBytes(final int value) {
    int bytes = 1;
    for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
      bytes++;
    }
    return bytes;
  }

  private static void putTag(final ByteBuf to, final int tag, final int length) {
    putVar(to, tag);
    putVar(to, length);
  }

  private static void putVar(final ByteBuf to, final int value) {
    int rest = value;
    while (rest >>> 7 != 0) {
      to.writeByte(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    to.writeByte(rest);
  }

  /** Frees the body of a message that was not sent. */
  @Override
  public void close() {
    if (given.compareAndSet(false, true) && body != null) {
      body.close();
    }
  }

  /** Frees the columns once the transport has let go of their bytes. */
  private static final class HeldBytes extends CompositeByteBuf {
    private final ArrowBuf body;

    HeldBytes(final ByteBuf head, final ArrowBuf body) {
      super(UnpooledByteBufAllocator.DEFAULT, true, 4);
      this.body = body;
      addComponent(true, head);
      addComponent(true, Unpooled.wrappedBuffer(body.nioBuffer(0, (int) body.readableBytes())));
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      body.close();
    }
  }
}
