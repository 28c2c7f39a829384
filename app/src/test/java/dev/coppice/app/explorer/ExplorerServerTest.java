package dev.coppice.app.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.app.explorer.index.ExploredRun;
import dev.coppice.app.explorer.index.RunCatalog;
import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.trajectory.TrajectoryGroup;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplorerServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static String ask(final ExplorerServer server, final String request, final String headers)
      throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(60_000);
      final String text = request + " HTTP/1.1\r\n" + headers + "\r\n";
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      final StringBuilder reply = new StringBuilder();
      int length = -1;
      // The connection stays open, so the reply says itself where it ends.
      while (length < 0 || reply.length() < length) {
        reply.append((char) socket.getInputStream().read());
        if (length < 0 && reply.indexOf("\r\n\r\n") > 0) {
          final Matcher said = Pattern.compile("(?i)content-length: (\\d+)").matcher(reply);
          length = reply.length() + (said.find() ? Integer.parseInt(said.group(1)) : 0);
        }
      }
      return reply.toString();
    }
  }

  private static ExplorerServer server(final RunCatalog catalog, final String token) {
    return new ExplorerServer(catalog, "127.0.0.1", 0, Access.of("127.0.0.1", token));
  }

  private static JsonNode answer(
      final RunCatalog catalog, final String name, final Map<String, String> fields)
      throws IOException {
    return JSON.readTree(new ExplorerApi(catalog).answer(name, fields));
  }

  @Test
  void shouldRefuseForeignNamesAndForbidForeignScripts() throws IOException {
    HostileRun.begin(folder, "run").add(0);
    try (RunCatalog catalog = new RunCatalog(List.of(folder));
        ExplorerServer server = server(catalog, "")) {
      final String page = ask(server, "GET /", "Host: localhost\r\n");
      assertTrue(page.startsWith("HTTP/1.1 200"), page);
      assertTrue(page.contains("default-src 'none'; script-src 'self'"), page);
      assertTrue(!page.contains("unsafe-inline"), page);
      final String foreign = ask(server, "GET /api/state", "Host: evil.example\r\n");
      assertTrue(foreign.startsWith("HTTP/1.1 421"), foreign);
      assertTrue(!foreign.contains("runs"), foreign);
      final String posted =
          ask(server, "POST /api/state", "Host: localhost\r\nContent-Length: 0\r\n");
      assertTrue(posted.startsWith("HTTP/1.1 405"), posted);
      final String nothing = ask(server, "GET /../pom.xml", "Host: localhost\r\n");
      assertTrue(!nothing.startsWith("HTTP/1.1 200"), nothing);
    }
  }

  @Test
  void shouldWantTheTokenOnceAndKeepItInACookie() throws IOException {
    HostileRun.begin(folder, "run").add(0);
    try (RunCatalog catalog = new RunCatalog(List.of(folder));
        ExplorerServer server = server(catalog, "secret")) {
      assertTrue(ask(server, "GET /", "Host: box\r\n").startsWith("HTTP/1.1 401"));
      final String kept = ask(server, "GET /?token=secret", "Host: box\r\n");
      assertTrue(kept.startsWith("HTTP/1.1 303"), kept);
      assertTrue(kept.contains("HttpOnly"), kept);
      final String cookie = "Host: box\r\nCookie: " + Access.COOKIE + "=secret\r\n";
      assertTrue(ask(server, "GET /api/state", cookie).startsWith("HTTP/1.1 200"));
    }
  }

  @Test
  void shouldShowWhatAKilledProcessLeftAndWhatAnotherAdds() throws IOException {
    final HostileRun run = HostileRun.begin(folder, "run");
    run.add(0);
    final long whole = Files.size(run.folder().traces());
    run.addHalf(1);
    try (RunCatalog catalog = new RunCatalog(List.of(folder))) {
      catalog.readAll();
      final ExploredRun shown = catalog.runs().getFirst();
      assertEquals(1, shown.size());
      assertEquals("", shown.fault());

      // A resumed run cuts the half and goes on.
      try (var file = Files.newByteChannel(run.folder().traces(), StandardOpenOption.WRITE)) {
        file.truncate(whole);
      }
      run.add(1);
      run.add(2);
      catalog.readAll();
      assertEquals(3, shown.size());
      final JsonNode rows = answer(catalog, "rows", Map.of("run", shown.id(), "from", "1"));
      assertEquals("g1", rows.get(0).path("group").asText());
      assertEquals(1, rows.get(0).path("truncated").asInt());
      assertEquals(1, rows.get(0).path("errors").asInt());
      final JsonNode found = answer(catalog, "search", Map.of("run", shown.id(), "q", "NEEDLE-2"));
      assertEquals(1, found.size());
      assertTrue(found.path("2").asText().contains("needle-2"), found.toString());
    }
  }

  @Test
  void shouldShowTheAdvantagesThatCreditGives() throws IOException {
    HostileRun.begin(folder, "run").add(3);
    try (RunCatalog catalog = new RunCatalog(List.of(folder))) {
      catalog.readAll();
      final ExploredRun run = catalog.runs().getFirst();
      final TrajectoryGroup group = run.group(0).group();
      for (final String name : Estimators.names()) {
        final Map<String, String> asked = Map.of("run", run.id(), "g", "0", "estimator", name);
        final GroupAdvantages expected = Estimators.create(name, Map.of()).estimate(group);
        final JsonNode nodes = answer(catalog, "tokens", asked).path("nodes");
        for (int node = 0; node < nodes.size(); node++) {
          final float[] values = expected.nodeAdvantages(0, node);
          assertEquals(values != null, nodes.get(node).has("advantages"), name + " node " + node);
          for (int i = 0; values != null && i < values.length; i++) {
            assertEquals(
                values[i],
                (float) nodes.get(node).path("advantages").get(i).asDouble(),
                1e-4 * Math.max(1, Math.abs(values[i])),
                name + " node " + node);
          }
        }
        assertTrue(answer(catalog, "explain", with(asked, "node", "2")).size() > 0, name);
      }
    }
  }

  private static Map<String, String> with(
      final Map<String, String> fields, final String name, final String value) {
    final Map<String, String> more = new java.util.HashMap<>(fields);
    more.put(name, value);
    return more;
  }

  @Test
  void shouldNameWhatIsNotThere() throws IOException {
    HostileRun.begin(folder, "run").add(0);
    try (RunCatalog catalog = new RunCatalog(List.of(folder));
        ExplorerServer server = server(catalog, "")) {
      catalog.readAll();
      final String none = ask(server, "GET /api/tree?run=nowhere&g=0", "Host: localhost\r\n");
      assertTrue(none.startsWith("HTTP/1.1 400") && none.contains("run=nowhere"), none);
      final String id = catalog.runs().getFirst().id().replace("/", "%2F");
      final String far = ask(server, "GET /api/tree?run=" + id + "&g=99", "Host: localhost\r\n");
      assertTrue(far.startsWith("HTTP/1.1 400") && far.contains("group=99"), far);
    }
  }
}
