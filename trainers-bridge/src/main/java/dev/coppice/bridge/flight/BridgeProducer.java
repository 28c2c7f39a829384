package dev.coppice.bridge.flight;

import dev.coppice.bridge.ipc.IpcMessage;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Turns Flight calls into actions and streams.
 *
 * @thread the transport's; each stream has its own.
 */
final class BridgeProducer extends NoOpFlightProducer {
  private static final List<String> ACTIONS =
      List.of(
          "status",
          "submit",
          "ack",
          "open",
          "sealed",
          "want",
          "pause",
          "resume",
          "publish",
          "shutdown");
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_RELEASE_NS = TimeUnit.MINUTES.toNanos(10);
  private static final long LONGEST_CLOSE_NS = TimeUnit.SECONDS.toNanos(10);

  /** A stream may hold messages in the transport and one being made. */
  private static final int MESSAGES_PER_STREAM = 8;

  private static final long STREAM_BYTES = 64L * 1024 * 1024;

  /** The transport asks for more once it holds less; two messages of a usual size. */
  private static final int READY_BYTES = 8 * 1024 * 1024;

  private final BridgeService service;
  private final BridgeActions actions;
  private final BufferAllocator memory;
  private final int maxStreams;
  private final Semaphore streams;
  private final AtomicLong calls = new AtomicLong();

  BridgeProducer(final BridgeService service, final BufferAllocator memory, final int maxStreams) {
    this.service = service;
    this.actions = new BridgeActions(service);
    this.memory = memory;
    this.maxStreams = maxStreams;
    this.streams = new Semaphore(maxStreams);
  }

  @Override
  public void listActions(final CallContext context, final StreamListener<ActionType> listener) {
    ACTIONS.forEach(name -> listener.onNext(new ActionType(name, "see docs/BRIDGE.md")));
    listener.onCompleted();
  }

  @Override
  public void doAction(
      final CallContext context, final Action action, final StreamListener<Result> listener) {
    try {
      listener.onNext(new Result(actions.answer(action.getType(), action.getBody())));
      listener.onCompleted();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      listener.onError(BridgeErrors.status(new IllegalStateException("the engine is stopping")));
    } catch (final RuntimeException e) {
      listener.onError(BridgeErrors.status(e));
    }
  }

  /** Opens a stream of groups. */
  void stream(final byte[] ticket, final ServerCallStreamObserver<IpcMessage> listener) {
    final StreamTicket asked;
    try {
      asked = StreamTicket.parse(ticket);
    } catch (final IllegalArgumentException e) {
      listener.onError(BridgeErrors.thrown(e));
      return;
    }
    if (!streams.tryAcquire()) {
      listener.onError(
          BridgeErrors.thrown(
              CallStatus.RESOURCE_EXHAUSTED
                  .withDescription(
                      maxStreams
                          + " streams are open already; end one, or raise bridge.max-streams")
                  .toRuntimeException()));
      return;
    }
    listener.setOnReadyThreshold(READY_BYTES);
    start(asked, listener);
  }

  private void start(
      final StreamTicket asked, final ServerCallStreamObserver<IpcMessage> listener) {
    final String name = "stream-" + calls.incrementAndGet();
    final BufferAllocator own =
        memory.newChildAllocator(
            name, 0, STREAM_BYTES + (long) MESSAGES_PER_STREAM * service.maxMessageBytes());
    final GroupStream stream;
    try {
      stream = new GroupStream(service, asked, listener, own);
    } catch (final IllegalStateException e) {
      own.close();
      streams.release();
      listener.onError(BridgeErrors.thrown(e));
      return;
    }
    // The transport's thread must go back: it is the one that tells of cancellation.
    Thread.ofVirtual()
        .name("coppice-" + name)
        .start(
            () -> {
              try {
                stream.run();
              } finally {
                release(own);
                streams.release();
              }
            });
  }

  /** Closes an allocator once the transport has let go of what it was shown. */
  private void release(final BufferAllocator own) {
    final long deadlineNs = System.nanoTime() + LONGEST_RELEASE_NS;
    while (own.getAllocatedMemory() > 0 && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(LOOK_NS);
    }
    if (own.getAllocatedMemory() > 0) {
      service.source().note("leak: " + own.getName() + " holds " + own.getAllocatedMemory());
      return;
    }
    own.close();
  }

  /** Waits until the streams have ended. */
  void awaitStreams() throws InterruptedException {
    if (!streams.tryAcquire(maxStreams, LONGEST_CLOSE_NS, TimeUnit.NANOSECONDS)) {
      service.source().note("streams did not end in time");
    }
  }
}
