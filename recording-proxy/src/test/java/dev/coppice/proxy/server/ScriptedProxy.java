package dev.coppice.proxy.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.chat.ChatTemplate;
import dev.coppice.chat.jinja.RenderLimits;
import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.decoder.batch.BatchRunner;
import dev.coppice.decoder.batch.PathBackend;
import dev.coppice.environments.replay.ByteTokenizer;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.PathPolicy;
import dev.coppice.proxy.answer.Answering;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.Placing;
import dev.coppice.proxy.recorded.RecordEvent;
import dev.coppice.proxy.recorded.RecordLog;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.recorded.TalkReader;
import dev.coppice.proxy.strand.SamplingLoop;
import dev.coppice.proxy.talk.Talk;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.remote.work.RemoteOpening;
import dev.coppice.remote.work.RemoteSettings;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Serves a real proxy over the embedded runner, whose model is a script: it says what the last
 * message asks for with {@code say TEXT}, else six random letters.
 */
final class ScriptedProxy implements AutoCloseable {
  static final String TOKEN = "secret";
  static final ObjectMapper JSON = new ObjectMapper();

  /** Keeps turns as they are. */
  static final String PLAIN =
      "{% for m in messages %}<bos>{{ m.role }}\n{{ m.content }}<eos>\n{% endfor %}"
          + "{% if add_generation_prompt %}<bos>assistant\n{% endif %}";

  /** Shortens what the model said before the last message. */
  static final String REWRITING =
      "{% for m in messages %}<bos>{{ m.role }}\n"
          + "{% if m.role == 'assistant' and not loop.last %}cut{% else %}{{ m.content }}{% endif"
          + " %}<eos>\n"
          + "{% endfor %}{% if add_generation_prompt %}<bos>assistant\n"
          + "{% endif %}";

  private static final int LETTERS = 6;
  private static final int CONTEXT = 2048;

  final List<RecordEvent> log = new CopyOnWriteArrayList<>();
  final List<GroupResult> groups = new CopyOnWriteArrayList<>();
  final AtomicLong clockNs = new AtomicLong();
  final SamplingLoop loop;
  final Recording recording;
  private final ByteTokenizer tokenizer = new ByteTokenizer();
  private final ModelRunner runner;
  private final ProxyServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  ScriptedProxy() {
    this(PLAIN, 2);
  }

  ScriptedProxy(final String template, final int groupSize) {
    this(template, groupSize, ScriptedProxy::embedded);
  }

  /** Serves a stub of a server in place of the embedded runner; the caller closes the stub. */
  static ScriptedProxy over(final String engine, final List<StubServer> stubs) {
    return new ScriptedProxy(
        PLAIN,
        2,
        script -> {
          final ByteTokenizer tokenizer = new ByteTokenizer();
          stubs.add(StubServer.of(engine, tokenizer, script, CONTEXT));
          final Duration patience = Duration.ofSeconds(120);
          return RemoteOpening.open(
              new RemoteOpening.Servers(engine, List.of(stubs.getLast().url()), "", "", 0),
              tokenizer,
              new RemoteOpening.Wishes(
                  SamplingSettings.PLAIN,
                  new RemoteSettings.Patience(patience, patience, 2),
                  64,
                  0,
                  false));
        });
  }

  private static ModelRunner embedded(final PathPolicy script) {
    final int vocabulary = new ByteTokenizer().vocabularySize();
    final PathBackend backend = new PathBackend("script", vocabulary, CONTEXT, script);
    return new BatchRunner(backend, new BatchConfig(32, 256, 2048, 16));
  }

  private ScriptedProxy(
      final String template, final int groupSize, final Function<PathPolicy, ModelRunner> runners) {
    runner = runners.apply(this::scores);
    final Talk talk =
        new Talk(ChatTemplate.parse(template, Map.of(), RenderLimits.DEFAULT), tokenizer);
    loop = new SamplingLoop(runner);
    loop.start();
    recording =
        new Recording(
            new Recording.Rules("run", "run/agents", groupSize, 1000, Long.MAX_VALUE),
            new RecordLog() {
              @Override
              public void append(final RecordEvent event) {
                log.add(event);
              }

              @Override
              public void force() {}
            },
            groups::add,
            new TalkReader(talk, tokenizer),
            clockNs::get);
    final SamplingSettings settings = SamplingSettings.PLAIN;
    server =
        ProxyServer.start(
            new ServerSettings("127.0.0.1", 0, TOKEN, 100_000, 1000),
            new ProxyServer.Parts(
                recording,
                loop,
                new Placing(talk, tokenizer),
                new AskDefaults("script", settings, 400),
                new Answering.Run(1, settings, false),
                null),
            runner.traits(),
            line -> {});
  }

  /** The script: the tokens a path asks for, one after the other. */
  private void scores(final int[] path, final int length, final float[] target, final int offset) {
    final String text = tokenizer.decode(Arrays.copyOf(path, length));
    final int turn = text.lastIndexOf("<bos>assistant\n");
    final String said = turn < 0 ? "" : text.substring(turn + "<bos>assistant\n".length());
    final int say = turn < 0 ? -1 : text.lastIndexOf("say ", turn);
    final int last = text.lastIndexOf("<bos>", Math.max(0, turn - 1));
    Arrays.fill(target, offset, offset + tokenizer.vocabularySize(), -60f);
    if (say > last) {
      final String wanted = text.substring(say + 4, text.indexOf("<eos>", say)) + "<eos>";
      final int[] next = tokenizer.encode(wanted);
      final int done = tokenizer.encode(said).length;
      target[offset + next[Math.min(done, next.length - 1)]] = 0f;
    } else if (said.length() >= LETTERS) {
      target[offset + tokenizer.endToken()] = 0f;
    } else {
      for (char letter = 'a'; letter <= 'h'; letter++) {
        target[offset + letter] = score(letter);
      }
    }
  }

  /** Says how much the script likes a random letter: {@code a} to {@code h}, the later the more. */
  static float score(final char letter) {
    return 0.1f * (letter - 'a');
  }

  HttpRequest.Builder request(final String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .header("authorization", "Bearer " + TOKEN);
  }

  HttpResponse<String> send(final HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (final IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (final InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> post(final String path, final String body) {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  /** Asks for a chat completion; the body is that of the request without its braces. */
  JsonNode chat(final String rollout, final String fields) {
    final HttpResponse<String> answer =
        post("/r/" + rollout + "/v1/chat/completions", "{" + fields + "}");
    return json(answer.body());
  }

  static JsonNode json(final String text) {
    try {
      return JSON.readTree(text);
    } catch (final IOException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  static String user(final String text) {
    return "{\"role\":\"user\",\"content\":" + quoted(text) + "}";
  }

  static String assistant(final String text) {
    return "{\"role\":\"assistant\",\"content\":" + quoted(text) + "}";
  }

  static String quoted(final String text) {
    return JSON.valueToTree(text).toString();
  }

  /** Ends a rollout with a reward. */
  void reward(final String rollout, final double reward) {
    final HttpResponse<String> answer =
        post("/coppice/rollouts/" + rollout + "/reward", "{\"reward\":" + reward + "}");
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.body());
    }
  }

  ByteTokenizer tokenizer() {
    return tokenizer;
  }

  void checkIntegrity() {
    loop.between(
            used -> {
              ((BatchRunner) used).checkIntegrity();
              return true;
            })
        .join();
  }

  @Override
  public void close() {
    server.close();
    loop.close();
    runner.close();
  }
}
