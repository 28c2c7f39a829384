package dev.coppice.remote.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.remote.http.EventSink;
import dev.coppice.remote.http.Exchange;
import dev.coppice.remote.http.HttpLink;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Asks one server for documents, each within a deadline.
 *
 * @thread any.
 */
public final class ControlCalls {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long WITHIN_NS = TimeUnit.SECONDS.toNanos(30);
  private static final int LONGEST_MESSAGE = 400;

  private final HttpLink link;
  private final String base;

  /**
   * Names the server.
   *
   * @param link to it.
   * @param base of its addresses, without a slash at the end.
   */
  public ControlCalls(final HttpLink link, final String base) {
    this.link = link;
    this.base = base;
  }

  /**
   * Returns an address of the server.
   *
   * @param path with a slash at the beginning.
   * @return the address.
   */
  public URI uri(final String path) {
    return URI.create(base + path);
  }

  /**
   * Returns what all addresses of the server begin with.
   *
   * @return the address as it was configured.
   */
  public String base() {
    return base;
  }

  /**
   * Makes an object to be posted.
   *
   * @return an empty object.
   */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Asks for a document.
   *
   * @param path of it.
   * @return the document; missing where it is no JSON.
   * @throws ServerRefusal if the server answers with an error.
   * @throws IOException if it does not answer.
   * @throws InterruptedException if interrupted.
   */
  public JsonNode get(final String path) throws IOException, InterruptedException {
    return json(text(path));
  }

  /**
   * Asks for a text.
   *
   * @param path of it.
   * @return the text.
   * @throws IOException as {@link #get}.
   * @throws InterruptedException if interrupted.
   */
  public String text(final String path) throws IOException, InterruptedException {
    return answer(link.get(uri(path)), WITHIN_NS);
  }

  /**
   * Posts a document.
   *
   * @param path that takes it.
   * @param body of the request.
   * @return the answer; missing where it is no JSON.
   * @throws IOException as {@link #get}.
   * @throws InterruptedException if interrupted.
   */
  public JsonNode post(final String path, final ObjectNode body)
      throws IOException, InterruptedException {
    return post(path, body, WITHIN_NS);
  }

  JsonNode post(final String path, final ObjectNode body, final long withinNs)
      throws IOException, InterruptedException {
    final byte[] bytes = MAPPER.writeValueAsBytes(body);
    return json(answer(link.post(uri(path), bytes, EventSink.NONE), withinNs));
  }

  private static String answer(final Exchange exchange, final long withinNs)
      throws IOException, InterruptedException {
    exchange.await(System.nanoTime() + withinNs, withinNs);
    final String text = new String(exchange.document(), StandardCharsets.UTF_8);
    if (exchange.status() / 100 != 2) {
      throw new ServerRefusal(exchange.status(), message(text));
    }
    return text;
  }

  private static JsonNode json(final String text) {
    try {
      return MAPPER.readTree(text);
    } catch (final JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Finds what an error says.
   *
   * @param document of the server.
   * @return its message, or the beginning of the document.
   */
  public static String message(final String document) {
    final JsonNode root = json(document);
    for (final JsonNode node :
        new JsonNode[] {
          root.path("error").path("message"),
          root.path("error"),
          root.path("message"),
          root.path("detail")
        }) {
      if (node.isTextual()) {
        return node.asText();
      }
    }
    final String line = document.strip().replaceAll("\\s+", " ");
    return line.substring(0, Math.min(line.length(), LONGEST_MESSAGE));
  }
}
