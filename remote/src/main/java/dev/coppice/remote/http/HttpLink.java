package dev.coppice.remote.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Sends requests over one pool of connections; no platform thread waits for an answer.
 *
 * @thread any.
 */
public final class HttpLink implements AutoCloseable {
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

  /** Readers of answers, which never wait: a few threads wake cheaper than one for each event. */
  private static final int READERS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

  private final ExecutorService readers =
      Executors.newFixedThreadPool(
          READERS, Thread.ofPlatform().daemon().name("coppice-http-", 0).factory());
  private final HttpClient client;
  private final String authorization;

  /**
   * Makes a link.
   *
   * @param key the servers want as a bearer token; empty for none.
   */
  public HttpLink(final String key) {
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .executor(readers)
            .build();
    authorization = key.isEmpty() ? "" : "Bearer " + key;
  }

  /**
   * Asks for a document.
   *
   * @param uri of it.
   * @return the exchange under way.
   */
  public Exchange get(final URI uri) {
    return send(HttpRequest.newBuilder(uri).GET(), EventSink.NONE);
  }

  /**
   * Sends a JSON document.
   *
   * @param uri that takes it.
   * @param json in UTF-8.
   * @param sink of the answer's events.
   * @return the exchange under way.
   */
  public Exchange post(final URI uri, final byte[] json, final EventSink sink) {
    return send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json)),
        sink);
  }

  private Exchange send(final HttpRequest.Builder builder, final EventSink sink) {
    if (!authorization.isEmpty()) {
      builder.header("Authorization", authorization);
    }
    final Exchange exchange = new Exchange(sink);
    exchange.sent(client.sendAsync(builder.build(), exchange::subscriber));
    return exchange;
  }

  /** Ends all exchanges. */
  @Override
  public void close() {
    client.shutdownNow();
    client.close();
    readers.shutdownNow();
  }
}
