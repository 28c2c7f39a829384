package dev.coppice.worlds.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small MCP server that counts, and misbehaves when asked to.
 *
 * <p>As a main class it speaks over standard input and output; {@link #http} serves the same over
 * HTTP, with a counter per session.
 */
public final class CrankyServer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FLOOD = 10 << 20;
  private static final List<String> GOOD = List.of("refuse", "mistake", "image", "resource");
  private static final List<String> ALL =
      List.of(
          "refuse",
          "break",
          "mistake",
          "clock",
          "crash",
          "hang",
          "malformed",
          "flood",
          "long",
          "noise",
          "child",
          "image",
          "resource");

  /** Query, key and team of each request over HTTP. */
  static final List<String> SENT = new CopyOnWriteArrayList<>();

  private final boolean tame;
  private int counter;
  private boolean broken;

  /** Makes a server; a tame one offers only tools that behave. */
  CrankyServer(final boolean tame) {
    this.tame = tame;
  }

  /** Answers a message, or returns null where none is due. */
  ObjectNode answer(final JsonNode message) {
    if (!message.has("id") || !message.has("method")) {
      return null;
    }
    final ObjectNode answer = JSON.createObjectNode();
    answer.put("jsonrpc", "2.0");
    answer.set("id", message.get("id"));
    switch (message.path("method").asText()) {
      case "initialize" -> {
        final ObjectNode result = answer.putObject("result");
        result.set("protocolVersion", message.path("params").path("protocolVersion"));
        result.putObject("capabilities").putObject("tools");
        result.putObject("serverInfo").put("name", "cranky").put("version", "1");
      }
      case "tools/list" -> list(message, answer.putObject("result"));
      case "tools/call" -> call(message.path("params"), answer);
      case "ping" -> answer.putObject("result");
      default -> answer.putObject("error").put("code", -32601).put("message", "no such method");
    }
    return answer;
  }

  /** Lists two pages. */
  private void list(final JsonNode message, final ObjectNode result) {
    final ArrayNode tools = result.putArray("tools");
    if (message.path("params").path("cursor").isMissingNode()) {
      final ObjectNode add = tool(tools, "add", "Adds to the counter.");
      add.putObject("properties").putObject("n").put("type", "integer").put("maximum", 1000);
      add.putArray("required").add("n");
      tool(tools, "get", "Shows the counter.");
      ((ObjectNode) tools.get(1)).putObject("annotations").put("readOnlyHint", true);
      result.put("nextCursor", "more");
      return;
    }
    for (final String name : tame ? GOOD : ALL) {
      tool(tools, name, "Misbehaves.");
    }
    if (broken) {
      tool(tools, "broken", "Has a schema that is none.").put("required", "yes");
    }
  }

  private static ObjectNode tool(final ArrayNode tools, final String name, final String words) {
    final ObjectNode tool = tools.addObject().put("name", name).put("description", words);
    return tool.putObject("inputSchema").put("type", "object");
  }

  private void call(final JsonNode params, final ObjectNode answer) {
    switch (params.path("name").asText()) {
      case "add" -> {
        counter += params.path("arguments").path("n").asInt();
        text(answer, "counter is " + counter);
      }
      case "get" -> text(answer, "counter is " + counter);
      case "clock" -> text(answer, "it is " + System.nanoTime());
      case "long" -> text(answer, "é".repeat(20_000));
      case "mistake" -> text(answer, "cannot do that").put("isError", true);
      case "image" ->
          answer
              .putObject("result")
              .putArray("content")
              .addObject()
              .put("type", "image")
              .put("mimeType", "image/png")
              .put("data", "AAAA");
      case "resource" -> resources(answer.putObject("result").putArray("content"));
      case "refuse" -> answer.putObject("error").put("code", -32602).put("message", "not like so");
      default -> answer.putObject("error").put("code", -32603).put("message", "broken inside");
    }
  }

  private static void resources(final ArrayNode content) {
    final ObjectNode text = content.addObject().put("type", "resource");
    text.putObject("resource").put("uri", "file:///a").put("text", "what the file says");
    final ObjectNode blob = content.addObject().put("type", "resource");
    blob.putObject("resource")
        .put("uri", "file:///b")
        .put("mimeType", "image/png")
        .put("blob", "AAAA");
    content.addObject().put("type", "resource_link").put("uri", "file:///c").put("name", "c");
  }

  private static ObjectNode text(final ObjectNode answer, final String text) {
    final ObjectNode result = answer.putObject("result");
    result.putArray("content").addObject().put("type", "text").put("text", text);
    return result;
  }

  /** Serves standard input; prints a banner first, as real servers do. */
  public static void main(final String[] arguments) throws Exception {
    final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println("cranky server, at your service");
    final CrankyServer server = new CrankyServer(false);
    server.broken = List.of(arguments).contains("broken");
    final BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      final JsonNode message = JSON.readTree(line);
      misbehave(message.path("params").path("name").asText(), out);
      final ObjectNode answer = server.answer(message);
      if (answer != null) {
        out.println(JSON.writeValueAsString(answer));
      }
    }
  }

  private static void misbehave(final String tool, final PrintStream out) throws Exception {
    switch (tool) {
      case "crash" -> {
        System.err.println("I am out of here");
        System.exit(7);
      }
      case "hang" -> new CountDownLatch(1).await();
      case "malformed" -> out.println("{\"jsonrpc\":\"2.0\",\"id\":");
      case "flood" -> out.println("{\"text\":\"" + "x".repeat(FLOOD) + "\"}");
      case "noise" -> out.println("just some noise\n\n[1,2]");
      case "child" -> new ProcessBuilder("/bin/sleep", "1000").start();
      default -> {
        // Nothing to do.
      }
    }
  }

  /** Serves HTTP on the loopback address. */
  static HttpServer http() throws IOException {
    // More sessions are open at a time than it keeps connections by default.
    System.setProperty("sun.net.httpserver.maxIdleConnections", "100000");
    final Map<String, CrankyServer> sessions = new ConcurrentHashMap<>();
    final AtomicInteger names = new AtomicInteger();
    final HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.createContext("/mcp", exchange -> serve(exchange, sessions, names));
    http.start();
    return http;
  }

  private static void serve(
      final HttpExchange exchange,
      final Map<String, CrankyServer> sessions,
      final AtomicInteger names)
      throws IOException {
    try (exchange) {
      SENT.add(
          exchange.getRequestURI().getRawQuery()
              + " "
              + exchange.getRequestHeaders().getFirst("Authorization")
              + " "
              + exchange.getRequestHeaders().getFirst("X-Team"));
      String session = exchange.getRequestHeaders().getFirst("Mcp-Session-Id");
      if (!exchange.getRequestMethod().equals("POST")) {
        final boolean ends = exchange.getRequestMethod().equals("DELETE");
        if (ends) {
          sessions.remove(String.valueOf(session));
        }
        exchange.sendResponseHeaders(ends ? 200 : 405, -1);
        return;
      }
      final JsonNode message = JSON.readTree(exchange.getRequestBody());
      if (message.path("method").asText().equals("initialize")) {
        session = "s" + names.incrementAndGet();
        sessions.put(session, new CrankyServer(true));
        exchange.getResponseHeaders().add("Mcp-Session-Id", session);
      }
      final CrankyServer server = sessions.get(String.valueOf(session));
      final ObjectNode answer = server == null ? null : server.answer(message);
      if (answer == null) {
        exchange.sendResponseHeaders(server == null ? 404 : 202, -1);
        return;
      }
      final byte[] body = JSON.writeValueAsBytes(answer);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
