package dev.coppice.app.explorer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.explorer.index.PlainJson;
import dev.coppice.app.explorer.index.RunCatalog;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Serves the page and its documents on one port.
 *
 * <p>Every answer forbids scripts that are not files of this server, frames, and any other address.
 */
final class ExplorerServer implements AutoCloseable {
  /** What a page of this server may do. */
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Held, or its level would be forgotten with it. */
  private static final Logger LIBRARY = Logger.getLogger("io.helidon");

  private static final long BEAT_MILLIS = 5_000;

  private final PageFiles files = new PageFiles();
  private final RunCatalog catalog;
  private final ExplorerApi api;
  private final Access access;
  private final WebServer server;

  /**
   * Begins to serve.
   *
   * @param catalog of the runs.
   * @param host to listen on.
   * @param port to listen on, or 0 for any that is free.
   * @param access who may ask.
   */
  ExplorerServer(final RunCatalog catalog, final String host, final int port, final Access access) {
    LIBRARY.setLevel(Level.SEVERE);
    this.catalog = catalog;
    this.api = new ExplorerApi(catalog);
    this.access = access;
    this.server =
        WebServer.builder()
            .host(host)
            .port(port)
            .shutdownHook(false)
            .routing(routing -> routing.any("/*", this::handle))
            .build()
            .start();
  }

  /** Returns the port it listens on. */
  int port() {
    return server.port();
  }

  private void handle(final ServerRequest request, final ServerResponse response) {
    headers(response);
    final String path = request.path().path().substring(1);
    final String inAddress = request.query().first("token").orElse("");
    switch (access.judge(header(request, "Host"), token(request, inAddress))) {
      case WRONG_NAME -> refuse(response, 421, "this name does not belong to the explorer");
      case NO_TOKEN ->
          refuse(response, 401, "open the address that ./coppice view printed: it has the token");
      case ALLOWED -> {
        if (!inAddress.isEmpty() && path.isEmpty()) {
          keepToken(response);
        } else if (!request.prologue().method().text().equals("GET")) {
          refuse(response, 405, "the explorer only reads");
        } else if (path.equals("events")) {
          events(response);
        } else {
          answer(request, response, path);
        }
      }
    }
  }

  private static void headers(final ServerResponse response) {
    response.header("Content-Security-Policy", POLICY);
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Referrer-Policy", "no-referrer");
    response.header("Cross-Origin-Resource-Policy", "same-origin");
    response.header("Cross-Origin-Opener-Policy", "same-origin");
    response.header("Cache-Control", "no-store");
  }

  private static String header(final ServerRequest request, final String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  private static String token(final ServerRequest request, final String inAddress) {
    if (!inAddress.isEmpty()) {
      return inAddress;
    }
    final String bearer = header(request, "Authorization");
    if (bearer.startsWith("Bearer ")) {
      return bearer.substring("Bearer ".length());
    }
    return request.headers().cookies().first(Access.COOKIE).orElse("");
  }

  /** The token leaves the address bar for a cookie that no script can read. */
  private void keepToken(final ServerResponse response) {
    response.header(
        "Set-Cookie", Access.COOKIE + "=" + access.token() + "; Path=/; HttpOnly; SameSite=Strict");
    response.header("Location", "/");
    response.status(Status.SEE_OTHER_303).send();
  }

  private void answer(
      final ServerRequest request, final ServerResponse response, final String path) {
    if (!path.startsWith("api/")) {
      final byte[] file = files.file(path);
      if (file == null) {
        refuse(response, 404, "there is no such page");
      } else {
        response.header("Content-Type", PageFiles.type(path)).send(file);
      }
      return;
    }
    try {
      final byte[] document = api.answer(path.substring("api/".length()), parameters(request));
      if (document == null) {
        refuse(response, 404, "there is no such document");
      } else {
        response.header("Content-Type", "application/json").send(document);
      }
    } catch (final IllegalArgumentException e) {
      refuse(response, 400, e.getMessage());
    } catch (final RuntimeException e) {
      refuse(response, 500, String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, String> parameters(final ServerRequest request) {
    final Map<String, String> parameters = new HashMap<>();
    for (final String name : request.query().names()) {
      parameters.put(name, request.query().first(name).orElse(""));
    }
    return parameters;
  }

  private static void refuse(final ServerResponse response, final int status, final String why) {
    final ObjectNode body = PlainJson.MAPPER.createObjectNode().put("error", why);
    response.header("Content-Type", "application/json");
    response.status(Status.create(status)).send(PlainJson.bytes(body));
  }

  /** Sends a line for every change until the browser leaves. */
  private void events(final ServerResponse response) {
    response.header("Content-Type", "text/event-stream");
    long seen = -1;
    try (OutputStream out = response.outputStream()) {
      while (server.isRunning()) {
        final long now = catalog.awaitChange(seen, BEAT_MILLIS);
        final String line = now == seen ? ": alive\n\n" : "data: " + now + "\n\n";
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        seen = now;
      }
    } catch (final IOException | RuntimeException e) {
      return; // The browser has gone.
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop();
  }
}
