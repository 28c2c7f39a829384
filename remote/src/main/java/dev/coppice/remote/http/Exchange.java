package dev.coppice.remote.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Holds one request under way, whose answer is read on the connection's thread as it comes.
 *
 * @thread {@link #await} one, {@link #cancel} any.
 */
public final class Exchange {
  private static final int MOST_DOCUMENT_BYTES = 64 << 20;

  private final EventSink sink;
  private final CompletableFuture<Void> read = new CompletableFuture<>();
  private final ByteArrayOutputStream document = new ByteArrayOutputStream(0);
  private CompletableFuture<HttpResponse<Void>> sent;
  private volatile Flow.Subscription subscription;
  private volatile boolean cancelled;
  private volatile int status;
  private volatile long heardNs = System.nanoTime();

  Exchange(final EventSink sink) {
    this.sink = sink;
  }

  /** Answers of any kind but a stream are kept whole: errors are documents. */
  HttpResponse.BodySubscriber<Void> subscriber(final HttpResponse.ResponseInfo info) {
    status = info.statusCode();
    final boolean isStream =
        info.headers()
            .firstValue("content-type")
            .filter(type -> type.startsWith("text/event-stream"))
            .isPresent();
    return new Reader(isStream && status == 200 ? new EventLines(sink) : null);
  }

  void sent(final CompletableFuture<HttpResponse<Void>> future) {
    sent = future;
    future.whenComplete(
        (response, failure) -> {
          if (failure != null) {
            read.completeExceptionally(failure);
          }
        });
  }

  /** Reads the body: event by event, or as one document. */
  private final class Reader implements HttpResponse.BodySubscriber<Void> {
    private final EventLines lines;
    private final CompletableFuture<Void> body = new CompletableFuture<>();

    Reader(final EventLines lines) {
      this.lines = lines;
    }

    @Override
    public CompletionStage<Void> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(final Flow.Subscription given) {
      subscription = given;
      if (cancelled) {
        given.cancel();
      }
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(final List<ByteBuffer> buffers) {
      heardNs = System.nanoTime();
      try {
        synchronized (Exchange.this) {
          for (int i = 0; i < buffers.size() && !cancelled; i++) {
            take(buffers.get(i));
          }
        }
      } catch (final IOException | RuntimeException e) {
        subscription.cancel();
        onError(e);
      }
    }

    private void take(final ByteBuffer bytes) throws IOException {
      if (lines != null) {
        lines.accept(bytes);
        return;
      }
      if (document.size() + bytes.remaining() > MOST_DOCUMENT_BYTES) {
        throw new IOException("an answer is longer than " + MOST_DOCUMENT_BYTES + " bytes");
      }
      final byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      document.write(copy);
    }

    @Override
    public void onError(final Throwable failure) {
      read.completeExceptionally(failure);
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      read.complete(null);
      body.complete(null);
    }
  }

  /**
   * Waits until the answer is read.
   *
   * @param deadlineNs by which it must be, of {@link System#nanoTime}.
   * @param silenceNs the longest time in which nothing may come.
   * @throws IOException if it failed, was cancelled or took too long; what was read stays read.
   * @throws InterruptedException if interrupted; the exchange is then cancelled.
   */
  public void await(final long deadlineNs, final long silenceNs)
      throws IOException, InterruptedException {
    while (true) {
      final long nowNs = System.nanoTime();
      final long leftNs = Math.min(deadlineNs - nowNs, heardNs + silenceNs - nowNs);
      if (leftNs <= 0) {
        cancel();
        throw new HttpTimeoutException(
            deadlineNs - nowNs <= 0 ? "the deadline passed" : "nothing came for a while");
      }
      try {
        read.get(leftNs, TimeUnit.NANOSECONDS);
        return;
      } catch (final TimeoutException e) {
        continue; // Something may have come meanwhile.
      } catch (final ExecutionException e) {
        throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
      } catch (final InterruptedException e) {
        cancel();
        throw e;
      }
    }
  }

  /** Closes the connection: a server that decodes for it stops. */
  public void cancel() {
    synchronized (this) {
      cancelled = true; // From here on no event is taken in, so what was read may be used.
    }
    final Flow.Subscription reading = subscription;
    if (reading != null) {
      reading.cancel();
    }
    if (sent != null) {
      sent.cancel(true);
    }
    read.completeExceptionally(new IOException("cancelled"));
  }

  /**
   * Returns the status of the answer.
   *
   * @return the HTTP status, or 0 if no answer began.
   */
  public int status() {
    return status;
  }

  /**
   * Returns the body of an answer that is no stream.
   *
   * @return its bytes; empty for a stream.
   */
  public byte[] document() {
    return document.toByteArray();
  }
}
