package dev.coppice.remote.probe;

import dev.coppice.model.Tokenizer;
import dev.coppice.remote.control.ControlCalls;
import dev.coppice.remote.control.LlamaControl;
import dev.coppice.remote.control.OpenAiControl;
import dev.coppice.remote.control.ServerControl;
import dev.coppice.remote.control.ServerFacts;
import dev.coppice.remote.control.ServerRefusal;
import dev.coppice.remote.control.SglangControl;
import dev.coppice.remote.control.VllmControl;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.protocol.LlamaCompletion;
import dev.coppice.remote.protocol.OpenAiCompletions;
import dev.coppice.remote.protocol.ServerDialect;
import dev.coppice.remote.protocol.SglangGenerate;
import dev.coppice.remote.protocol.VllmCompletions;
import dev.coppice.remote.protocol.VllmGenerate;
import dev.coppice.remote.replica.Replica;
import dev.coppice.remote.replica.SlotTable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Connects to one server: asks what it is, and chooses how it is spoken to.
 *
 * @thread any.
 */
public final class Connection {
  private static final List<String> ENGINES = List.of("vllm", "sglang", "llama-server");
  private static final int NOT_FOUND = 404;

  private Connection() {}

  /**
   * Names a server.
   *
   * @param url of it, without a path.
   * @param model the name it knows its model by; empty for its only one.
   */
  public record Address(String url, String model) {}

  /**
   * Connects to a server of a known kind.
   *
   * @param link to it.
   * @param address of it.
   * @param engine that it runs.
   * @return the server, up.
   * @throws ServerException if it does not answer, or is of another kind.
   * @throws InterruptedException if interrupted.
   */
  public static Replica open(final HttpLink link, final Address address, final String engine)
      throws InterruptedException {
    final ControlCalls calls = new ControlCalls(link, trimmed(address.url()));
    return open(
        address.url(),
        new Replica.Speech(calls, dialect(engine, calls), control(engine, calls, address.model())),
        engine);
  }

  /**
   * Connects to a server of which nothing is known but that it speaks OpenAI's protocol.
   *
   * @param link to it.
   * @param address of it.
   * @param tokenizer of the model, since texts travel.
   * @param contextTokens the largest number of tokens in one sequence; 0 where the server tells.
   * @return the server, up.
   * @throws ServerException if it does not answer, or does not tell what it must.
   * @throws InterruptedException if interrupted.
   */
  public static Replica openOfTexts(
      final HttpLink link,
      final Address address,
      final Tokenizer tokenizer,
      final int contextTokens)
      throws InterruptedException {
    final ControlCalls calls = new ControlCalls(link, trimmed(address.url()));
    return open(
        address.url(),
        new Replica.Speech(
            calls,
            new OpenAiCompletions(tokenizer),
            new OpenAiControl(calls, address.model(), contextTokens)),
        "openai");
  }

  private static Replica open(final String url, final Replica.Speech speech, final String engine)
      throws InterruptedException {
    final ServerControl control = speech.control();
    final ServerFacts facts;
    try {
      facts = control.facts();
    } catch (final ServerRefusal e) {
      throw ServerException.lacking(
          "the server at " + url + " is no " + engine + ": " + e.getMessage());
    } catch (final IOException e) {
      throw ServerException.unreachable(
          "no " + engine + " answers at " + url + ": " + reason(e) + "; is it started?", e);
    }
    if (facts.contextTokens() < 1) {
      throw ServerException.lacking(
          "the server at "
              + url
              + " does not tell the length of its context; "
              + (engine.equals("openai")
                  ? "set model.openai.context-tokens"
                  : "is it " + engine + "?"));
    }
    return new Replica(speech, facts, slots(facts));
  }

  private static String reason(final IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String trimmed(final String url) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /**
   * Connects to a server of any kind.
   *
   * @param link to it.
   * @param address of it.
   * @return the server, up.
   * @throws ServerException if it does not answer, or is of no known kind.
   * @throws InterruptedException if interrupted.
   */
  public static Replica find(final HttpLink link, final Address address)
      throws InterruptedException {
    final String url = address.url();
    final ControlCalls calls = new ControlCalls(link, trimmed(url));
    try {
      calls.text("/health");
    } catch (final ServerRefusal e) {
      // It answers, if not well: the kind is found below.
    } catch (final IOException e) {
      throw ServerException.unreachable("nobody answers at " + url + ": " + reason(e), e);
    }
    for (final String engine : ENGINES) {
      if (is(engine, calls)) {
        return open(link, address, engine);
      }
    }
    throw ServerException.lacking(
        "the server at " + url + " is none of " + String.join(", ", ENGINES));
  }

  private static boolean is(final String engine, final ControlCalls calls)
      throws InterruptedException {
    try {
      return switch (engine) {
        case "vllm" -> calls.get("/version").path("version").isTextual();
        case "sglang" -> calls.get("/get_model_info").path("model_path").isTextual();
        default -> calls.get("/props").has("total_slots");
      };
    } catch (final IOException e) {
      return false;
    }
  }

  private static ServerControl control(
      final String engine, final ControlCalls calls, final String model) {
    return switch (engine) {
      case "vllm" -> new VllmControl(calls, model);
      case "sglang" -> new SglangControl(calls);
      case "llama-server" -> new LlamaControl(calls);
      default -> throw new IllegalArgumentException("there is no such engine: engine=" + engine);
    };
  }

  /** An older vLLM, or one without --enable-scale-out, takes token ids in its completions alone. */
  private static ServerDialect dialect(final String engine, final ControlCalls calls)
      throws InterruptedException {
    if (engine.equals("sglang")) {
      return new SglangGenerate();
    }
    if (engine.equals("llama-server")) {
      return new LlamaCompletion();
    }
    final VllmGenerate generate = new VllmGenerate();
    try {
      calls.post(generate.path(), ControlCalls.object());
    } catch (final ServerRefusal e) {
      return e.status() == NOT_FOUND ? new VllmCompletions() : generate;
    } catch (final IOException e) {
      return generate;
    }
    return generate;
  }

  private static SlotTable slots(final ServerFacts facts) {
    return facts.engine().equals("llama-server")
        ? new SlotTable(
            facts.places(),
            facts.contextTokens(),
            "coppice-" + Long.toString(ThreadLocalRandom.current().nextLong() >>> 24, 36) + "-")
        : null;
  }
}
