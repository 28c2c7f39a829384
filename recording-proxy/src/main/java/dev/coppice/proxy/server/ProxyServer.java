package dev.coppice.proxy.server;

import dev.coppice.model.ModelRunner;
import dev.coppice.proxy.answer.Answering;
import dev.coppice.proxy.answer.AskDefaults;
import dev.coppice.proxy.answer.Placing;
import dev.coppice.proxy.recorded.Recording;
import dev.coppice.proxy.strand.SamplingLoop;
import dev.coppice.proxy.talk.RefusedException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Serves agents until it is closed.
 *
 * @thread any.
 */
public final class ProxyServer implements AutoCloseable {
  /** Held, so that its level stays: what the library says about itself is no news to a user. */
  private static final Logger LIBRARY = Logger.getLogger("io.helidon");

  private static final Duration IDLE = Duration.ofMinutes(10);
  private static final long LOOK_MS = 200;

  private final WebServer server;
  private final RolloutCalls calls;
  private final Recording recording;
  private final Consumer<String> log;
  private final ScheduledExecutorService clock;
  private volatile RuntimeException failure;

  private ProxyServer(
      final WebServer server,
      final RolloutCalls calls,
      final Recording recording,
      final Consumer<String> log) {
    this.server = server;
    this.calls = calls;
    this.recording = recording;
    this.log = log;
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("coppice-deadlines").daemon(true).factory());
  }

  /**
   * Bundles what is served.
   *
   * @param recording of rollouts.
   * @param loop that samples; started and closed by the caller.
   * @param placing of requests.
   * @param defaults of what requests do not say.
   * @param run that draws.
   * @param scorer of rollouts whose agents give no reward; null for none.
   */
  public record Parts(
      Recording recording,
      SamplingLoop loop,
      Placing placing,
      AskDefaults defaults,
      Answering.Run run,
      RolloutScorer scorer) {}

  /**
   * Starts a server.
   *
   * @param settings of it.
   * @param parts to serve.
   * @param traits of the runner.
   * @param log told what is worth knowing, line by line.
   * @return the server, which listens.
   * @throws IllegalArgumentException if it cannot listen there.
   */
  public static ProxyServer start(
      final ServerSettings settings,
      final Parts parts,
      final ModelRunner.Traits traits,
      final Consumer<String> log) {
    final Answering answering =
        new Answering(
            new Answering.Parts(parts.recording(), parts.loop(), parts.placing(), parts.run()),
            traits);
    final RolloutCalls calls = new RolloutCalls(parts.recording(), parts.loop(), parts.scorer());
    final Routes routes =
        new Routes(
            new Gate(settings),
            new Routes.Parts(
                answering,
                parts.defaults(),
                parts.recording(),
                calls,
                ask -> parts.placing().tokens(ask),
                parts.loop().gauge()),
            log);
    final WebServer server = listen(settings, routes);
    final ProxyServer proxy = new ProxyServer(server, calls, parts.recording(), log);
    proxy.clock.scheduleWithFixedDelay(proxy::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    return proxy;
  }

  private static WebServer listen(final ServerSettings settings, final Routes routes) {
    final HttpRouting.Builder routing =
        HttpRouting.builder()
            .any(
                (request, response) ->
                    routes.handle(new ClientExchange(request, response, settings.mostBodyBytes())));
    LIBRARY.setLevel(Level.WARNING);
    try {
      return WebServer.builder()
          .host(settings.address())
          .port(settings.port())
          .maxTcpConnections(settings.mostConnections())
          .idleConnectionTimeout(IDLE)
          .shutdownHook(false)
          .addRouting(routing)
          .build()
          .start();
    } catch (final RuntimeException e) {
      throw new IllegalArgumentException(
          "the proxy cannot listen at "
              + settings.address()
              + ":"
              + settings.port()
              + "; set proxy.port to another, or 0 for any: "
              + e.getMessage(),
          e);
    }
  }

  /** Ends what agents left, and hands out what is whole. */
  private void look() {
    try {
      for (final Recording.Gone gone : recording.gone()) {
        log.accept("vanished: " + gone.rollout().name());
        try {
          calls.finish(gone.rollout(), gone.ending());
        } catch (final RefusedException e) {
          log.accept("it came back: " + e.getMessage());
        }
      }
      recording.seal(false);
    } catch (final RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Returns the port.
   *
   * @return the port it listens at.
   */
  public int port() {
    return server.port();
  }

  /**
   * Returns why no deadline is kept any more.
   *
   * @return the failure, or null.
   */
  public RuntimeException failure() {
    return failure;
  }

  /** Ends the server; requests under way are cut. */
  @Override
  public void close() {
    clock.shutdown();
    server.stop();
  }
}
