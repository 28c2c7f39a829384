package dev.coppice.bridge.flight;

import dev.coppice.bridge.ipc.IpcMessage;
import dev.coppice.bridge.outbox.Offer;
import dev.coppice.bridge.outbox.OutboxStream;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.segment.SegmentFormatException;
import dev.coppice.bridge.segment.SegmentSource;
import dev.coppice.bridge.wire.PackedGroup;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Sends groups to one trainer until it has what it asked for.
 *
 * @thread its own.
 * @cost while the transport is not ready, what it has buffered and nothing else.
 */
final class GroupStream implements Runnable {
  /** The longest a stream goes without looking whether anybody still listens. */
  private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);

  /** The bytes a token takes at least: id, log-probability, advantage and mask. */
  private static final int TOKEN_BYTES = 13;

  private static final int MAX_GROUPS = 4096;

  private final BridgeService service;
  private final StreamTicket ticket;
  private final ServerCallStreamObserver<IpcMessage> listener;
  private final BufferAllocator memory;
  private final OutboxStream groups;
  private final StreamGate gate;
  private long sent;

  /** Takes over the allocator. */
  GroupStream(
      final BridgeService service,
      final StreamTicket ticket,
      final ServerCallStreamObserver<IpcMessage> listener,
      final BufferAllocator memory) {
    this.service = service;
    this.ticket = ticket;
    this.listener = listener;
    this.memory = memory;
    this.groups = service.outbox().stream(ticket.taker());
    this.gate = new StreamGate(listener, groups::close);
  }

  @Override
  public void run() {
    try {
      put(IpcMessage.of(service.segments().schema(ticket.form())));
      while (wantsMore() && !gate.isCancelled() && !service.isClosed()) {
        if (gate.awaitReady(LOOK_NS)) {
          final Offer offer = groups.take(most(), LOOK_NS);
          if (offer != null) {
            send(offer);
          }
        }
      }
      if (!gate.isCancelled()) {
        listener.onCompleted();
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      listener.onError(BridgeErrors.thrown(new IllegalStateException("the engine is stopping")));
    } catch (final RuntimeException e) {
      if (!gate.isCancelled()) {
        listener.onError(BridgeErrors.thrown(e));
      }
    } finally {
      groups.close();
    }
  }

  private boolean wantsMore() {
    return ticket.groups() == 0 || sent < ticket.groups();
  }

  private int most() {
    return ticket.groups() == 0 ? MAX_GROUPS : (int) Math.min(MAX_GROUPS, ticket.groups() - sent);
  }

  /** Sends groups, unless they have ended meanwhile or their segment cannot be trusted. */
  private void send(final Offer offer) throws InterruptedException {
    final SegmentSource segments = service.segments();
    try {
      final List<Long> open = service.enter(offer);
      if (open.isEmpty()) {
        return;
      }
      service.verify(offer.segment());
      final boolean all = offer.whole() && open.size() == offer.groups().size();
      if (all && ticket.form() == SegmentForm.TREE_PACKED) {
        put(segments.wholeSegment(offer.segment(), memory));
      } else {
        sendRows(segments.read(offer.segment(), open));
      }
      sent += open.size();
    } catch (final SegmentFormatException e) {
      service.quarantine(offer.segment(), e);
    } finally {
      service.leave(offer);
    }
  }

  /** Sends groups as few messages as the limit allows. */
  private void sendRows(final List<PackedGroup> all) throws InterruptedException {
    final List<PackedGroup> next = new ArrayList<>();
    long bytes = 0;
    for (final PackedGroup group : all) {
      final long more = bytes(group);
      if (!next.isEmpty() && bytes + more > service.maxMessageBytes()) {
        putRows(next);
        next.clear();
        bytes = 0;
      }
      next.add(group);
      bytes += more;
    }
    if (!next.isEmpty()) {
      putRows(next);
    }
  }

  private long bytes(final PackedGroup group) {
    if (ticket.form() == SegmentForm.TREE_PACKED) {
      return TOKEN_BYTES * group.tokenCount();
    }
    long tokens = 0;
    for (final var leaf : group.leaves()) {
      final var last = group.nodes().get(leaf.place().node());
      final long times = ticket.form() == SegmentForm.FLAT_DRAWS ? leaf.draws() : 1;
      tokens += times * (last.place().startPos() + last.columns().tokens().length);
    }
    return TOKEN_BYTES * tokens;
  }

  private void putRows(final List<PackedGroup> some) throws InterruptedException {
    while (!gate.isCancelled() && !gate.awaitReady(LOOK_NS)) {
      continue;
    }
    put(service.segments().someGroups(some, ticket.form(), memory));
  }

  /** Hands a message to the transport, which frees it. */
  private void put(final IpcMessage message) {
    try (message) {
      if (!gate.isCancelled()) {
        listener.onNext(message);
      }
    }
  }
}
