package dev.coppice.remote.stub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.model.PathPolicy;
import dev.coppice.model.Tokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Serves letters as vLLM, SGLang or llama-server would, over HTTP on this machine.
 *
 * <p>Each {@link Face} speaks as one server does; what they share is here: a model, a cache that finds
 * what was computed before, counters, and quirks.
 */
public final class StubServer implements AutoCloseable {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int CONTEXT = 128;
  private static final int SLOTS = 4;

  /** How it misbehaves. */
  public final StubQuirks quirks = new StubQuirks();

  /** Prompt tokens it really computed. */
  public final AtomicLong computedPrompt = new AtomicLong();

  /** Tokens it sampled. */
  public final AtomicLong generated = new AtomicLong();

  /** Tokens it sampled for requests that were closed, after they were. */
  public final AtomicInteger afterClose = new AtomicInteger();

  /** Requests for tokens it got. */
  public final AtomicInteger requests = new AtomicInteger();

  /** Requests that are answered at this moment. */
  public final AtomicInteger running = new AtomicInteger();

  /** The most at a time. */
  public final AtomicInteger mostRunning = new AtomicInteger();

  /** Ids outside the vocabulary it was sent: two kinds of server die of one. */
  public final AtomicInteger foreignIds = new AtomicInteger();

  final StubModel model;
  final StubCache cache;
  final Tokenizer tokenizer;
  final int contextTokens;
  private final HttpServer server;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Face face;
  volatile String label = "default";
  volatile boolean paused;

  /** Speaks as one kind of server does. */
  interface Face {
    /** Answers; false if there is no such address. */
    boolean answer(StubServer server, HttpExchange exchange, String path, JsonNode body)
        throws IOException;
  }

  private StubServer(
      final Face face, final StubCache cache, final Tokenizer tokenizer, final int contextTokens)
      throws IOException {
    this.face = face;
    this.cache = cache;
    this.tokenizer = tokenizer;
    this.contextTokens = contextTokens;
    model = new StubModel(tokenizer.vocabularySize());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  /** Starts a stub of vLLM with blocks of four tokens. */
  public static StubServer vllm() {
    return start(new VllmFace(), StubCache.ofBlocks(4));
  }

  /** Starts a stub of SGLang. */
  public static StubServer sglang() {
    return start(new SglangFace(), StubCache.ofTokens());
  }

  /** Starts a stub of llama-server. */
  public static StubServer llama(final int slots) {
    return start(new LlamaFace(slots, 0), StubCache.ofSlots(slots));
  }

  /** Starts a stub of a server that knows texts alone, and shares nothing. */
  public static StubServer ofTexts() {
    return start(new TextFace(), StubCache.ofBlocks(Integer.MAX_VALUE));
  }

  /** Starts a stub of any kind of server over a script. */
  public static StubServer of(
      final String engine,
      final Tokenizer tokenizer,
      final PathPolicy script,
      final int contextTokens) {
    final Face face =
        switch (engine) {
          case "vllm" -> new VllmFace();
          case "sglang" -> new SglangFace();
          case "llama-server" -> new LlamaFace(SLOTS, tokenizer.endToken());
          default -> throw new IllegalArgumentException("engine=" + engine);
        };
    final StubCache cache =
        switch (engine) {
          case "vllm" -> StubCache.ofBlocks(4);
          case "sglang" -> StubCache.ofTokens();
          default -> StubCache.ofSlots(SLOTS);
        };
    try {
      final StubServer server = new StubServer(face, cache, tokenizer, contextTokens);
      server.model.use(script);
      return server;
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StubServer start(final Face face, final StubCache cache) {
    try {
      return new StubServer(face, cache, new LetterTokenizer(), CONTEXT);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns its address. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Returns what it calls its weights. */
  public String label() {
    return label;
  }

  /** Has it go over to another policy, as a trainer does that updates servers itself. */
  public void use(final PathPolicy policy, final String newLabel) {
    model.use(policy);
    cache.clear();
    label = newLabel;
  }

  private void handle(final HttpExchange exchange) throws IOException {
    try (exchange) {
      final byte[] bytes = exchange.getRequestBody().readAllBytes();
      final JsonNode body = bytes.length == 0 ? MAPPER.nullNode() : MAPPER.readTree(bytes);
      final String path = exchange.getRequestURI().getPath();
      if (path.equals("/health")) {
        respond(exchange, 200, MAPPER.createObjectNode().put("status", "ok"));
      } else if (!face.answer(this, exchange, path, body)) {
        respond(exchange, 404, error("Not Found"));
      }
    }
  }

  static ObjectNode error(final String message) {
    final ObjectNode root = MAPPER.createObjectNode();
    root.putObject("error").put("message", message);
    return root;
  }

  static void respond(final HttpExchange exchange, final int status, final JsonNode body)
      throws IOException {
    final byte[] bytes = MAPPER.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static void respond(final HttpExchange exchange, final String text) throws IOException {
    final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** What a request for tokens asks, in words all faces share. */
  record Asked(
      int[] path, int most, StubModel.Settings settings, long seed, int[] stops, int slot) {}

  /** Writes one answer in a face's words. */
  interface Writer {
    /** Writes an event: the token at a place, or all so far. */
    void token(StubModel.Position position, int index) throws IOException;

    /** Writes the last event. */
    void end(String reason, int promptTokens, int cached) throws IOException;

    /** Writes that it failed, inside the stream. */
    void fail(String message) throws IOException;
  }

  /** Opens a stream of events. */
  static OutputStream stream(final HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  static void event(final OutputStream out, final JsonNode node) throws IOException {
    out.write(
        ("data: " + MAPPER.writeValueAsString(node) + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Refuses or fails a request before its first token; true if it did. */
  boolean fails(final HttpExchange exchange, final Asked asked)
      throws IOException, InterruptedException {
    requests.incrementAndGet();
    for (final int token : asked.path()) {
      if (token < 0 || token >= tokenizer.vocabularySize()) {
        foreignIds.incrementAndGet();
        respond(exchange, 400, error("out of vocabulary"));
        return true;
      }
    }
    if (asked.path().length >= contextTokens) {
      respond(exchange, 400, error("the prompt is longer than the context"));
      return true;
    }
    if (StubQuirks.happens(quirks.busy)) {
      respond(exchange, 503, error("The request queue is full."));
      return true;
    }
    if (StubQuirks.happens(quirks.full)) {
      respond(exchange, 500, error("Context size has been exceeded."));
      return true;
    }
    if (StubQuirks.happens(quirks.hangs)) {
      closed.await();
      return true;
    }
    return false;
  }

  /** Samples and writes, with the quirks of the middle of an answer. */
  void sample(final Asked asked, final Writer writer, final HttpExchange exchange)
      throws IOException {
    if (StubQuirks.happens(quirks.evictions)) {
      cache.clear();
    }
    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
    try {
      final int cached = cache.find(asked.path(), asked.slot());
      computedPrompt.addAndGet(asked.path().length - cached);
      tokens(asked, writer, exchange, cached);
    } finally {
      running.decrementAndGet();
    }
  }

  private void tokens(
      final Asked asked, final Writer writer, final HttpExchange exchange, final int cached)
      throws IOException {
    final boolean cuts = StubQuirks.happens(quirks.cuts);
    final boolean fails = !cuts && StubQuirks.happens(quirks.errorEvents);
    final boolean aborts = !cuts && !fails && StubQuirks.happens(quirks.aborts);
    final int room = Math.min(contextTokens, quirks.silentContext) - asked.path().length;
    final int most = Math.max(1, Math.min(asked.most(), room));
    final int[] path = Arrays.copyOf(asked.path(), asked.path().length + most);
    final Random random = new Random(asked.seed());
    String reason = "length";
    int length = asked.path().length;
    int made = 0;
    while (made < most) {
      if (made == quirks.after && (cuts || fails || aborts)) {
        if (cuts) {
          exchange.close();
          return;
        }
        if (fails) {
          writer.fail("EngineCore encountered an issue.");
          return;
        }
        reason = "abort";
        break;
      }
      final StubModel.Position position = model.next(path, length, asked.settings(), random);
      path[length++] = position.token();
      made++;
      generated.incrementAndGet();
      cache.keep(path, length - 1, asked.slot());
      writer.token(position, made - 1);
      if (contains(asked.stops(), position.token())) {
        reason = "stop";
        break;
      }
    }
    writer.end(reason, asked.path().length, cached);
  }

  private static boolean contains(final int[] stops, final int token) {
    for (final int stop : stops) {
      if (stop == token) {
        return true;
      }
    }
    return false;
  }

  static int[] ints(final JsonNode list) {
    final int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asInt();
    }
    return values;
  }

  /** Answers a question about a text. */
  ObjectNode tokenized(final String text) {
    final ObjectNode root = MAPPER.createObjectNode();
    final int[] ids = tokenizer.encode(quirks.foreignTokenizer ? text + "a" : text);
    for (final int id : ids) {
      root.withArray("tokens").add(id);
    }
    return root;
  }

  /** Kills it: connections are cut, nobody listens any more. */
  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
