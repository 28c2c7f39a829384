package dev.coppice.remote.work;

import dev.coppice.fixture.LetterTokenizer;
import dev.coppice.remote.stub.StubServer;
import dev.coppice.trajectory.SamplingSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens runners over stubs. */
final class Opened {
  private static final Duration DEADLINE = Duration.ofSeconds(120);

  private Opened() {}

  static RemoteRunner over(final String engine, final StubServer... stubs) {
    return over(engine, SamplingSettings.PLAIN, DEADLINE, stubs);
  }

  static RemoteRunner within(
      final Duration deadline, final String engine, final StubServer... stubs) {
    return open(
        engine, SamplingSettings.PLAIN, new RemoteSettings.Patience(deadline, DEADLINE, 2), stubs);
  }

  static RemoteRunner over(
      final String engine,
      final SamplingSettings sampling,
      final Duration silence,
      final StubServer... stubs) {
    return open(engine, sampling, new RemoteSettings.Patience(DEADLINE, silence, 2), stubs);
  }

  static RemoteRunner ofTexts(final int contextTokens, final StubServer stub) {
    return RemoteOpening.open(
        new RemoteOpening.Servers("openai", List.of(stub.url()), "", "", contextTokens),
        new LetterTokenizer(),
        new RemoteOpening.Wishes(
            SamplingSettings.PLAIN,
            new RemoteSettings.Patience(DEADLINE, DEADLINE, 2),
            64,
            0,
            false));
  }

  private static RemoteRunner open(
      final String engine,
      final SamplingSettings sampling,
      final RemoteSettings.Patience patience,
      final StubServer... stubs) {
    final List<String> urls = new ArrayList<>();
    for (final StubServer stub : stubs) {
      urls.add(stub.url());
    }
    return RemoteOpening.open(
        new RemoteOpening.Servers(engine, urls, "", "", 0),
        new LetterTokenizer(),
        new RemoteOpening.Wishes(sampling, patience, 64, 0, false));
  }
}
