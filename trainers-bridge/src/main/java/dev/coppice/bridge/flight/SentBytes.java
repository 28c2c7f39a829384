package dev.coppice.bridge.flight;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the bytes of all messages that went over the wire.
 *
 * @thread any.
 */
final class SentBytes extends ServerStreamTracer.Factory {
  private final LongAdder bytes = new LongAdder();

  @Override
  public ServerStreamTracer newServerStreamTracer(final String method, final Metadata headers) {
    return new ServerStreamTracer() {
      @Override
      public void outboundWireSize(final long more) {
        bytes.add(more);
      }
    };
  }

  long sum() {
    return bytes.sum();
  }
}
