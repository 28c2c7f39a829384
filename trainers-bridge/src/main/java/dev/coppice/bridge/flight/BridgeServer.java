package dev.coppice.bridge.flight;

import dev.coppice.bridge.ipc.StreamMethod;
import dev.coppice.bridge.outbox.Outbox;
import dev.coppice.bridge.outbox.OutboxLimits;
import dev.coppice.bridge.segment.SegmentSource;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.netty.NettyServerBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.auth.ServerAuthHandler;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Serves groups to trainers over Arrow Flight.
 *
 * <p>Every call has an allocator of its own; {@link #allocatedBytes()} is 0 when no call is open. A
 * peer that has vanished without a word is noticed by keep-alive pings.
 *
 * @thread any.
 */
public final class BridgeServer implements AutoCloseable {
  /** A call that a trainer cancels is no news; the logger is kept so that its level stays. */
  private static final Logger TRANSPORT = Logger.getLogger("io.grpc.netty");

  private static final KeepAlive KEEP_ALIVE = new KeepAlive(20_000, 10_000);

  private final BufferAllocator memory;
  private final BridgeProducer producer;
  private final BridgeService service;
  private final FlightServer server;
  private final BridgeSettings settings;
  private final SentBytes sent = new SentBytes();
  // Flight would end its own threads before the transport has told them of the last calls.
  private final ExecutorService calls =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon(true).name("coppice-call-", 0).factory());

  /**
   * Bundles the parts the service works with; it closes none of them.
   *
   * @param outbox of the groups.
   * @param limits of the outbox.
   * @param source of rollouts.
   * @param segments of the outbox.
   */
  public record Parts(
      Outbox outbox, OutboxLimits limits, RolloutSource source, SegmentSource segments) {}

  /** Says after how much silence a peer is asked, and how long for an answer is waited. */
  record KeepAlive(long askAfterMs, long waitMs) {}

  private BridgeServer(
      final BridgeSettings settings, final Parts parts, final KeepAlive keepAlive) {
    TRANSPORT.setLevel(Level.SEVERE);
    this.settings = settings;
    this.memory = new RootAllocator(Long.MAX_VALUE);
    this.service = new BridgeService(parts, settings.maxMessageBytes(), memory::getAllocatedMemory);
    this.producer = new BridgeProducer(service, memory, settings.maxStreams());
    final Location location =
        settings.isTls()
            ? Location.forGrpcTls(settings.address(), settings.port())
            : Location.forGrpcInsecure(settings.address(), settings.port());
    final ServerServiceDefinition streams =
        StreamMethod.into(flight().bindService(), producer::stream);
    // A service added later under the same name takes the place of Flight's own.
    final Consumer<NettyServerBuilder> transport =
        builder ->
            builder
                .addService(streams)
                .keepAliveTime(keepAlive.askAfterMs(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(keepAlive.waitMs(), TimeUnit.MILLISECONDS)
                .addStreamTracerFactory(sent);
    final FlightServer.Builder builder =
        FlightServer.builder(memory, location, producer)
            .executor(calls)
            .maxInboundMessageSize(settings.maxMessageBytes())
            .transportHint("grpc.builderConsumer", transport);
    if (!settings.access().token().isEmpty()) {
      builder.middleware(TokenCheck.KEY, new TokenCheck(settings.access().token()));
    }
    try {
      if (settings.isTls()) {
        builder.useTls(
            new File(settings.access().tlsCertificate()), new File(settings.access().tlsKey()));
      }
      server = builder.build().start();
    } catch (final IOException e) {
      memory.close();
      calls.shutdown();
      throw new UncheckedIOException(
          "the bridge cannot listen at "
              + settings.address()
              + ":"
              + settings.port()
              + " ("
              + e.getMessage()
              + "); choose another bridge.port, or 0 for any free one",
          e);
    }
  }

  /** Flight wants a handler of a kind it has deprecated even where there is none. */
  @SuppressWarnings("deprecation")
  private BindableService flight() {
    return FlightGrpcUtils.createFlightService(memory, producer, ServerAuthHandler.NO_OP, calls);
  }

  /**
   * Starts to listen.
   *
   * @param settings of the service.
   * @param parts the service works with.
   * @return the running service.
   * @throws UncheckedIOException if the address is taken or a certificate cannot be read.
   */
  public static BridgeServer start(final BridgeSettings settings, final Parts parts) {
    return new BridgeServer(settings, parts, KEEP_ALIVE);
  }

  /** Starts to listen and notices sooner or later that a peer has vanished. */
  static BridgeServer start(
      final BridgeSettings settings, final Parts parts, final KeepAlive keepAlive) {
    return new BridgeServer(settings, parts, keepAlive);
  }

  /**
   * Returns where the service listens.
   *
   * @return for example {@code grpc://127.0.0.1:4711}, or {@code grpc+tls://...}.
   */
  public String location() {
    return (settings.isTls() ? "grpc+tls://" : "grpc://")
        + settings.address()
        + ":"
        + server.getPort();
  }

  /**
   * Returns the Arrow memory that calls hold.
   *
   * @return the size in bytes, mapped segments included.
   */
  public long allocatedBytes() {
    return memory.getAllocatedMemory();
  }

  /**
   * Returns what was sent to all peers.
   *
   * @return the size of all messages in bytes, as they went over the wire.
   */
  public long sentBytes() {
    return sent.sum();
  }

  /** Deletes the files of segments whose groups have all ended. */
  public void cleanUp() {
    service.cleanUp();
  }

  /** Ends streams and stops to listen; an interruption makes it quick. */
  @Override
  public void close() {
    service.close();
    server.shutdown();
    try {
      producer.awaitStreams();
      server.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    calls.shutdown();
    if (memory.getAllocatedMemory() == 0 && memory.getChildAllocators().isEmpty()) {
      memory.close();
    }
  }

  /** Counts the bytes of all messages that went over the wire. */
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

    long sum() {
      return bytes.sum();
    }
  }
}
