package dev.coppice.bridge.ipc;

import io.grpc.Drainable;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.arrow.flight.grpc.AddWritableBuffer;

/** Hands the bytes of a message to the transport, which sends them from where they lie. */
final class MessageStream extends InputStream implements Drainable {
  private final ByteBuf bytes;
  private boolean closed;

  /** Takes the reference over. */
  MessageStream(final ByteBuf bytes) {
    this.bytes = bytes;
  }

  @Override
  public int drainTo(final OutputStream target) throws IOException {
    final int count = bytes.readableBytes();
    AddWritableBuffer.add(bytes, target, true);
    return count;
  }

  @Override
  public int read() {
    return bytes.isReadable() ? bytes.readUnsignedByte() : -1;
  }

  @Override
  public int read(final byte[] into, final int offset, final int length) {
    if (!bytes.isReadable()) {
      return length == 0 ? 0 : -1;
    }
    final int count = Math.min(length, bytes.readableBytes());
    bytes.readBytes(into, offset, count);
    return count;
  }

  @Override
  public int available() {
    return bytes.readableBytes();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      bytes.release();
    }
  }
}
