package dev.coppice.bench.bridge;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.bridge.ipc.WireCodecs;
import dev.coppice.bridge.outbox.Offer;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxStream;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentSource;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * Serves the segments of an outbox by Flight's own {@code DoGet}, to compare with the bridge's.
 *
 * <p>It does what Flight provides for: it reads a segment's batch into columns, which undoes their
 * compression, and has Flight send them without a copy where it can. Its messages are larger, since
 * Flight in Java does not compress what it sends.
 *
 * @thread any; each stream has one of Flight's.
 */
final class PlainFlightServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long READY_LOOK_NS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final int MOST_GROUPS = 4096;

  private final BufferAllocator memory = new RootAllocator(Long.MAX_VALUE);
  private final Outbox outbox;
  private final SegmentSource segments;
  private final Path folder;
  private final FlightServer server;
  private final SentBytes sent = new SentBytes();
  private final Set<String> checked = ConcurrentHashMap.newKeySet();

  /** Starts to listen; the folder is that of the segments. */
  PlainFlightServer(final Outbox outbox, final SegmentSource segments, final Path folder)
      throws IOException {
    this.outbox = outbox;
    this.segments = segments;
    this.folder = folder;
    final Consumer<NettyServerBuilder> transport = builder -> builder.addStreamTracerFactory(sent);
    this.server =
        FlightServer.builder(memory, Location.forGrpcInsecure("127.0.0.1", 0), new Producer())
            .transportHint("grpc.builderConsumer", transport)
            .build()
            .start();
  }

  String location() {
    return "grpc://127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    try {
      server.close();
      memory.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the size of all messages that went over the wire, in bytes. */
  long sentBytes() {
    return sent.bytes.sum();
  }

  /** Counts what goes over the wire, as the bridge's server does. */
  private static final class SentBytes extends ServerStreamTracer.Factory {
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
  }

  private final class Producer extends NoOpFlightProducer {
    @Override
    public void getStream(
        final CallContext context, final Ticket ticket, final ServerStreamListener listener) {
      try (VectorSchemaRoot root =
              VectorSchemaRoot.create(segments.schema(SegmentForm.TREE_PACKED), memory);
          OutboxStream groups = outbox.stream(OutboxStream.Taker.unnamed(true))) {
        listener.setUseZeroCopy(true);
        listener.start(root);
        long left = wanted(ticket);
        while (left > 0 && !listener.isCancelled()) {
          if (!listener.isReady()) {
            // Flight's own way to wait for it was seen to wake 0.2 s late.
            LockSupport.parkNanos(READY_LOOK_NS);
            continue;
          }
          final Offer offer = groups.take((int) Math.min(MOST_GROUPS, left), LOOK_NS);
          if (offer != null) {
            if (checked.add(offer.segment().name())) {
              segments.check(offer.segment()); // Once, as the bridge does it.
            }
            send(offer.segment().name(), root, listener);
            left -= offer.groups().size();
          }
        }
        listener.completed();
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        listener.error(CallStatus.UNAVAILABLE.withCause(e).toRuntimeException());
      } catch (final IOException | RuntimeException e) {
        listener.error(CallStatus.INTERNAL.withCause(e).toRuntimeException());
      }
    }

    private void send(
        final String segment, final VectorSchemaRoot root, final ServerStreamListener listener)
        throws IOException {
      final Path nodes = folder.resolve(segment + ".nodes.arrow");
      try (SeekableByteChannel channel = Files.newByteChannel(nodes);
          ArrowFileReader reader = new ArrowFileReader(channel, memory)) {
        final ArrowBlock block = reader.getRecordBlocks().getFirst();
        channel.position(block.getOffset());
        try (ArrowRecordBatch batch =
            MessageSerializer.deserializeRecordBatch(new ReadChannel(channel), block, memory)) {
          new VectorLoader(root, new WireCodecs()).load(batch);
        }
      }
      final byte[] leaves =
          WireCodecs.pack(Files.readAllBytes(folder.resolve(segment + ".leaves.arrow")));
      final ArrowBuf metadata = memory.buffer(leaves.length);
      metadata.writeBytes(leaves);
      listener.putNext(metadata);
    }
  }

  /** Reads the one thing a ticket of this benchmark says. */
  private static long wanted(final Ticket ticket) throws IOException {
    return JSON.readTree(ticket.getBytes()).path("groups").asLong();
  }
}
