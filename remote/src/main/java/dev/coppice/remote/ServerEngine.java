package dev.coppice.remote;

import dev.coppice.model.ModelRunner;
import dev.coppice.model.RunnerPlug;
import dev.coppice.model.RunnerRequest;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOption.Range;
import dev.coppice.plug.PlugOptions;
import dev.coppice.remote.work.RemoteOpening;
import dev.coppice.remote.work.RemoteSettings.Patience;
import dev.coppice.trajectory.SamplingSettings;
import java.time.Duration;
import java.util.List;

/** Opens runners of models that servers hold; they differ in the server alone. */
abstract class ServerEngine implements RunnerPlug {
  private static final List<PlugOption> OPTIONS =
      List.of(
          PlugOption.texts("urls", List.of(), "Addresses of the servers, all of one model."),
          PlugOption.text(
              "name",
              PlugOption.Type.TEXT,
              "",
              "Name the servers know the model by; empty for their only one."),
          PlugOption.number("temperature", 1.0, new Range(0, 100), "Temperature of the softmax."),
          PlugOption.number("top-p", 1.0, new Range(1e-9, 1), "Probability mass kept."),
          PlugOption.whole("top-k", 0, Range.NOT_NEGATIVE, "Number of tokens kept; 0 keeps all."),
          PlugOption.number(
              "min-p", 0.0, new Range(0, 1), "Least probability kept, as a share of the largest."),
          PlugOption.text(
              "key-variable",
              PlugOption.Type.TEXT,
              "",
              "Environment variable with the key the servers ask for; empty for none."),
          PlugOption.whole(
              "deadline-ms",
              300_000,
              new Range(1, 86_400_000),
              "Longest wait for an answer, all attempts together, in milliseconds."),
          PlugOption.whole(
              "silence-ms",
              120_000,
              new Range(1, 86_400_000),
              "Longest time in which nothing of an answer comes, in milliseconds."),
          PlugOption.whole(
              "attempts",
              2,
              new Range(1, 100),
              "Attempts at an answer whose server was lost before its first token."),
          PlugOption.whole(
              "requests", 512, new Range(1, 100_000), "Most pieces of work under way at a time."),
          PlugOption.whole(
              "entropy-top",
              0,
              Range.NOT_NEGATIVE,
              "Likeliest tokens that bound the entropy of a fork inside a turn; 0 asks for the"
                  + " whole distribution."),
          PlugOption.choice(
              "weights",
              "Who gives servers new weights: push, Coppice, from a folder that servers read too;"
                  + " told, a trainer, which then tells Coppice the new version.",
              "push",
              "told"));

  @Override
  public List<PlugOption> options() {
    return OPTIONS;
  }

  @Override
  public ModelRunner open(final RunnerRequest request, final PlugOptions options) {
    if (request.folder() == null) {
      throw new IllegalArgumentException(
          "the engine runs models of servers, no scripts: engine=" + name());
    }
    final List<String> urls = options.texts("urls");
    if (urls.isEmpty()) {
      throw new IllegalArgumentException(
          "model.engine = \"" + name() + "\" needs model.urls, the addresses of its servers");
    }
    final SamplingSettings sampling =
        new SamplingSettings(
            options.number("temperature"),
            options.number("top-p"),
            options.count("top-k"),
            options.number("min-p"));
    final Patience patience =
        new Patience(
            Duration.ofMillis(options.count("deadline-ms")),
            Duration.ofMillis(options.count("silence-ms")),
            options.count("attempts"));
    return RemoteOpening.open(
        new RemoteOpening.Servers(
            name(), urls, options.text("name"), key(options), contextTokens(options)),
        request.folder(),
        new RemoteOpening.Wishes(
            sampling,
            patience,
            options.count("requests"),
            options.count("entropy-top"),
            options.is("weights", "told")));
  }

  /** The length of a sequence, of servers that do not tell it; 0 asks them. */
  int contextTokens(final PlugOptions options) {
    return 0;
  }

  private static String key(final PlugOptions options) {
    final String variable = options.text("key-variable");
    if (variable.isEmpty()) {
      return "";
    }
    final String key = System.getenv(variable);
    if (key == null) {
      throw new IllegalArgumentException(
          "the variable that key-variable names is not set: variable=" + variable);
    }
    return key;
  }
}
