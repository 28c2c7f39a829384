package dev.coppice.proxy.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.proxy.answer.ReplyOutput;
import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.RefusedException.Kind;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Is one request and its answer.
 *
 * @thread the one that answers the request.
 */
final class ClientExchange implements ReplyOutput {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServerRequest request;
  private final ServerResponse response;
  private final long mostBodyBytes;
  private OutputStream stream;

  ClientExchange(
      final ServerRequest request, final ServerResponse response, final long mostBodyBytes) {
    this.request = request;
    this.response = response;
    this.mostBodyBytes = mostBodyBytes;
  }

  String method() {
    return request.prologue().method().text();
  }

  String path() {
    return request.path().path();
  }

  String header(final String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  /** Returns the host the caller asked for. */
  String host() {
    return request.authority();
  }

  /** Reads the body; one of nothing is an empty object. */
  JsonNode body() {
    try (InputStream in = request.content().inputStream()) {
      final byte[] bytes = in.readNBytes((int) Math.min(mostBodyBytes + 1, Integer.MAX_VALUE));
      if (bytes.length > mostBodyBytes) {
        throw new RefusedException(
            Kind.TOO_LARGE, null, "a request has at most " + mostBodyBytes + " bytes");
      }
      return bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
    } catch (final JsonProcessingException e) {
      throw RefusedException.field("body", "no JSON: " + e.getOriginalMessage());
    } catch (final IOException e) {
      throw new UncheckedIOException("the request could not be read", e);
    }
  }

  void answerHeader(final String name, final String value) {
    response.header(name, value);
  }

  boolean isBegun() {
    return stream != null || response.isSent();
  }

  void send(final int status, final String json) {
    response.status(Status.create(status));
    response.header("content-type", "application/json");
    response.send(json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void send(final String json) {
    send(200, json);
  }

  @Override
  public void event(final String name, final String data) {
    if (stream == null) {
      response.header("content-type", "text/event-stream; charset=utf-8");
      response.header("cache-control", "no-cache");
      stream = response.outputStream();
    }
    final String head = name == null ? "" : "event: " + name + "\n";
    try {
      stream.write((head + "data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
      stream.flush();
    } catch (final IOException e) {
      throw new UncheckedIOException("the caller has gone", e);
    }
  }

  @Override
  public void end() {
    try {
      stream.close();
    } catch (final IOException e) {
      throw new UncheckedIOException("the caller has gone", e);
    }
  }
}
