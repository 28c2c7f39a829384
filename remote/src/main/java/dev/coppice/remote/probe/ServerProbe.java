package dev.coppice.remote.probe;

import dev.coppice.model.Tokenizer;
import dev.coppice.remote.control.ControlCalls;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.protocol.Finish;
import dev.coppice.remote.protocol.ServerAnswer;
import dev.coppice.remote.protocol.ServerDialect.LogprobScale;
import dev.coppice.remote.protocol.ServerRequest;
import dev.coppice.remote.replica.Replica;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tries what a server does with token ids, log-probabilities, prefixes, seeds and stops.
 *
 * @thread one at a time.
 */
public final class ServerProbe {
  private static final String TEXT =
      "The engine of the old mill turns slowly, and 17 sacks of flour stand by the door. Nobody"
          + " knows who brought them there; the miller counts them every morning: \u00fcber 3 %.\n";
  private static final int TOP = 20;
  private static final int ABORTED_TOKENS = 256;
  private static final int LOOKS = 50;
  private static final long LOOK_MS = 200;
  private static final double HALF = 0.5;

  /** Half the ratio between a row at temperature 1 and at one half, and none. */
  private static final double FOLLOWS = 1.5;

  /** What a bf16 server is off by where another batch computes the same. */
  private static final double CLOSE = 0.25;

  private final Replica replica;
  private final Tokenizer tokenizer;
  private final ProbeAsker asker;
  private final int[] text;
  private final int[] path;

  /**
   * Prepares to try a server.
   *
   * @param link to it.
   * @param replica to be tried.
   * @param model the name it knows the model by.
   * @param tokenizer of the model.
   */
  public ServerProbe(
      final HttpLink link, final Replica replica, final String model, final Tokenizer tokenizer) {
    this.replica = replica;
    this.tokenizer = tokenizer;
    asker = new ProbeAsker(link, model, tokenizer.vocabularySize());
    text = tokenizer.encode(TEXT);
    path = Arrays.copyOf(text, Math.min(text.length, replica.facts().contextTokens() / 2));
  }

  /** What went wrong when a server was asked, in words. */
  private static String said(final IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /**
   * Asks for two tokens and looks at what comes.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck tokens() throws InterruptedException {
    final String name = "token ids in and out";
    try {
      final ServerAnswer answer = asker.ask(replica, ProbeAsker.Question.plain(path, 2, 0), 1);
      for (int i = 0; i < answer.length(); i++) {
        final int token = answer.token(i);
        final boolean isPlausible = answer.logprob(i) <= 1e-3 || !tellsTokens();
        if (token < 0 || token >= tokenizer.vocabularySize() || !isPlausible) {
          return ProbeCheck.bad(
              name,
              "token " + token + " with log-probability " + answer.logprob(i),
              "serve the model of model.path");
        }
      }
      if (answer.length() == 0) {
        return ProbeCheck.bad(name, "no token came", "look into the server's log");
      }
      if (answer.promptTokens() >= 0 && answer.promptTokens() != path.length) {
        return ProbeCheck.bad(
            name,
            "the server read " + answer.promptTokens() + " tokens of " + path.length,
            "have the server add no tokens of its own");
      }
      return ProbeCheck.good(name, path.length + " in, " + answer.length() + " out");
    } catch (final IOException e) {
      return ProbeCheck.bad(name, said(e), mendOfTokens());
    }
  }

  private boolean tellsTokens() {
    return replica.speech().dialect().tellsTokens();
  }

  private String mendOfTokens() {
    return replica.facts().engine().equals("vllm")
        ? "start vllm with --enable-scale-out, or a version whose completions know return_token_ids"
        : "look into the server's log";
  }

  /**
   * Compares the server's tokenizer with the model's.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck tokenizer() throws InterruptedException {
    final int[] theirs = replica.speech().control().tokenize(TEXT);
    if (theirs == null) {
      return ProbeCheck.lesser("tokenizer", "the server splits no text", "not compared");
    }
    return Arrays.equals(theirs, text)
        ? ProbeCheck.good("tokenizer", "the same " + text.length + " ids")
        : ProbeCheck.bad(
            "tokenizer",
            "other ids than those of model.path: " + theirs.length + " and " + text.length,
            "name the served model's folder in model.path");
  }

  /**
   * Compares how the server writes a conversation down with how the model's template does.
   *
   * @param ours the ids our template gives for one message of the user, or null where there is none.
   * @param message of the user.
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck template(final int[] ours, final String message) throws InterruptedException {
    final int[] theirs = replica.speech().control().tokenizeChat(message);
    if (theirs == null || ours == null) {
      return ProbeCheck.lesser(
          "chat template", "not compared: one side has none", "none is needed: ids are sent");
    }
    return Arrays.equals(theirs, ours)
        ? ProbeCheck.good("chat template", "the same " + ours.length + " ids")
        : ProbeCheck.lesser(
            "chat template",
            "the server writes conversations otherwise",
            "none is needed: ids are sent; with --chat-template both would be alike");
  }

  /**
   * Finds what the server's log-probabilities follow: the distribution drawn from, or not.
   *
   * @return what they follow.
   * @throws IOException if the server cannot be asked.
   * @throws InterruptedException if interrupted.
   */
  public LogprobScale scale() throws IOException, InterruptedException {
    final Map<Integer, Double> plain = row(SamplingSettings.PLAIN);
    final Map<Integer, Double> sharp = row(new SamplingSettings(HALF, 1, 0, 0));
    final Integer first = plain.keySet().iterator().next();
    double product = 0;
    double square = 0;
    for (final Map.Entry<Integer, Double> entry : plain.entrySet()) {
      final Double other = sharp.get(entry.getKey());
      if (other != null && sharp.containsKey(first)) {
        final double distance = entry.getValue() - plain.get(first);
        product += distance * (other - sharp.get(first));
        square += distance * distance;
      }
    }
    if (square == 0) {
      throw new IOException("the server told no likeliest tokens to compare");
    }
    if (product / square < FOLLOWS) {
      return LogprobScale.RAW;
    }
    return followsCuts(plain) ? LogprobScale.DRAWN : LogprobScale.TEMPERED;
  }

  private Map<Integer, Double> row(final SamplingSettings sampling)
      throws IOException, InterruptedException {
    final ServerAnswer answer =
        asker.ask(replica, new ProbeAsker.Question(path, 1, sampling, TOP, List.of()), 1);
    final Map<Integer, Double> row = new LinkedHashMap<>();
    for (int i = 0; i < answer.rowLength(); i++) {
      if (Float.isFinite(answer.rowLogprob(i))) {
        row.put(answer.rowToken(i), (double) answer.rowLogprob(i));
      }
    }
    if (row.isEmpty()) {
      throw new IOException("the server tells no likeliest tokens");
    }
    return row;
  }

  /** Cut to two tokens, the sampled one's number must be that of the two alone. */
  private boolean followsCuts(final Map<Integer, Double> plain) throws InterruptedException {
    final List<Double> sorted = new ArrayList<>(plain.values());
    sorted.sort((a, b) -> Double.compare(b, a));
    if (sorted.size() < 2) {
      return false;
    }
    final double mass = Math.log(Math.exp(sorted.get(0)) + Math.exp(sorted.get(1)));
    try {
      final ServerAnswer answer =
          asker.ask(
              replica,
              new ProbeAsker.Question(path, 1, new SamplingSettings(1, 1, 2, 0), 0, List.of()),
              1);
      final Double whole = plain.get(answer.token(0));
      return whole != null && Math.abs(answer.logprob(0) - (whole - mass)) < CLOSE * Math.abs(mass);
    } catch (final IOException e) {
      return false;
    }
  }

  /**
   * Reports what log-probabilities can be had with the settings of a run.
   *
   * @param sampling settings.
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck logprobs(final SamplingSettings sampling) throws InterruptedException {
    final String name = "log-probabilities of the distribution drawn from";
    try {
      final LogprobScale scale = scale();
      final String lack = replica.speech().dialect().lack(sampling, scale);
      final String found =
          switch (scale) {
            case DRAWN -> "they follow temperature and cuts";
            case TEMPERED -> "they follow the temperature, not the cuts";
            case RAW -> "they are the model's own, whatever the settings";
          };
      return lack == null ? ProbeCheck.good(name, found) : ProbeCheck.bad(name, found, lack);
    } catch (final IOException e) {
      return ProbeCheck.bad(name, said(e), "start the server so that it tells log-probabilities");
    }
  }

  /**
   * Asks for the whole row of a vocabulary, which forks inside a turn look at.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck wholeRow() throws InterruptedException {
    final String name = "whole distribution of a token";
    final String mend =
        replica.facts().engine().equals("vllm")
            ? "start vllm with --max-logprobs -1; without, entropies are bounded from the likeliest"
                + " tokens"
            : "entropies are bounded from the likeliest tokens";
    try {
      final ServerAnswer answer =
          asker.ask(replica, ProbeAsker.Question.plain(path, 1, ServerRequest.WHOLE_ROW), 1);
      double mass = 0;
      for (int i = 0; i < answer.rowLength(); i++) {
        mass += Math.exp(answer.rowLogprob(i));
      }
      return Math.abs(mass - 1) < 1e-2
          ? ProbeCheck.good(
              name, answer.rowLength() + " tokens, mass " + Math.round(mass * 1e4) / 1e4)
          : ProbeCheck.lesser(name, "mass " + mass, mend);
    } catch (final IOException e) {
      return ProbeCheck.lesser(name, said(e), mend);
    }
  }

  /**
   * Sends one path twice and looks whether the second time it is found.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck prefixReuse() throws InterruptedException {
    final String name = "prefix reuse, counted";
    final int block = replica.facts().blockTokens();
    final int[] repeated = new int[Math.min(2 * block + path.length, 2 * block + 1)];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = path[i % path.length];
    }
    try {
      asker.ask(replica, ProbeAsker.Question.plain(repeated, 1, 0), 1);
      final ServerAnswer second = asker.ask(replica, ProbeAsker.Question.plain(repeated, 1, 0), 2);
      final int most = replica.shareable(repeated.length - 1);
      if (second.cachedTokens() < 0) {
        return ProbeCheck.lesser(
            name,
            "the server does not count what it found: computed tokens are an upper bound",
            "start vllm with --enable-prompt-tokens-details");
      }
      return second.cachedTokens() >= most && most > 0
          ? ProbeCheck.good(
              name, second.cachedTokens() + " of " + repeated.length + ", blocks of " + block)
          : ProbeCheck.lesser(
              name,
              second.cachedTokens() + " of " + repeated.length + " tokens were found",
              "have the server cache prefixes: trees cost as much as chains without");
    } catch (final IOException e) {
      return ProbeCheck.bad(name, said(e), "look into the server's log");
    }
  }

  /**
   * Asks twice with one seed, and once with another.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck seeds() throws InterruptedException {
    final String name = "seeds";
    try {
      final int[] first = sample(5);
      final int[] second = sample(5);
      return Arrays.equals(first, second)
          ? ProbeCheck.good(name, "the same seed gave the same " + first.length + " tokens")
          : ProbeCheck.lesser(
              name, "the same seed gave other tokens", "none: the journal is the replay");
    } catch (final IOException e) {
      return ProbeCheck.lesser(name, said(e), "look into the server's log");
    }
  }

  private int[] sample(final long seed) throws IOException, InterruptedException {
    final ServerAnswer answer = asker.ask(replica, ProbeAsker.Question.plain(path, 16, 0), seed);
    final int[] tokens = new int[answer.length()];
    Arrays.setAll(tokens, answer::token);
    return tokens;
  }

  /**
   * Names the likeliest token as one that ends a sequence.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck stopTokens() throws InterruptedException {
    final String name = "stop token ids";
    if (replica.facts().engine().equals("llama-server")) {
      return ProbeCheck.lesser(
          name, "the server knows none but its own end", "none: the client closes the connection");
    }
    final SamplingSettings greedy = new SamplingSettings(0, 1, 0, 0);
    try {
      final ServerAnswer free =
          asker.ask(replica, new ProbeAsker.Question(path, 4, greedy, 0, List.of()), 1);
      final ServerAnswer stopped =
          asker.ask(
              replica, new ProbeAsker.Question(path, 4, greedy, 0, List.of(free.token(0))), 1);
      return stopped.length() == 1 && stopped.finishReason() == Finish.STOP
          ? ProbeCheck.good(name, "ended at the first token, which is kept")
          : ProbeCheck.bad(name, stopped.length() + " tokens came", "look into the server's log");
    } catch (final IOException e) {
      return ProbeCheck.bad(name, said(e), "look into the server's log");
    }
  }

  /**
   * Closes the connection of a long request and looks whether the server goes on with it.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck abort() throws InterruptedException {
    final String name = "abort";
    try {
      final long before = replica.speech().control().load().generated();
      asker.begin(replica, path, ABORTED_TOKENS);
      long running = 1;
      for (int looks = 0; looks < LOOKS && running > 0; looks++) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        running = replica.speech().control().load().running();
      }
      final long made = replica.speech().control().load().generated() - before;
      if (before < 0) {
        return ProbeCheck.lesser(name, "not seen: the server tells no figures", mendOfMetrics());
      }
      return running == 0 && made < ABORTED_TOKENS
          ? ProbeCheck.good(name, "a closed connection ends decoding")
          : ProbeCheck.lesser(name, "decoding went on", "look into the server's log");
    } catch (final IOException e) {
      return ProbeCheck.lesser(name, said(e), "look into the server's log");
    }
  }

  private String mendOfMetrics() {
    return switch (replica.facts().engine()) {
      case "sglang" -> "start sglang with --enable-metrics";
      case "llama-server" -> "start llama-server with --metrics";
      default -> "have the server publish /metrics";
    };
  }

  /**
   * Says how forks share what was computed.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck forks() throws InterruptedException {
    final String name = "forks";
    return switch (replica.facts().engine()) {
      case "vllm" ->
          ProbeCheck.good(
              name, "a child computes the rest of a block, 1 to " + replica.facts().blockTokens());
      case "sglang" ->
          ProbeCheck.good(name, "a child computes 1 token; the first child goes ahead");
      default ->
          copiesSlots()
              ? ProbeCheck.good(
                  name, "a child restores a saved slot, of " + replica.facts().places())
              : ProbeCheck.lesser(
                  name,
                  "every child computes its whole path",
                  "start llama-server with --slot-save-path FOLDER");
    };
  }

  /**
   * Tries whether a llama-server saves slots.
   *
   * @return true if it has a folder for them.
   * @throws InterruptedException if interrupted.
   */
  public boolean copiesSlots() throws InterruptedException {
    try {
      replica
          .speech()
          .calls()
          .post(
              "/slots/0?action=save", ControlCalls.object().put("filename", "coppice-probe.slot"));
      return true;
    } catch (final IOException e) {
      return false;
    }
  }

  /**
   * Reports whether the server takes new weights.
   *
   * @return what was found.
   * @throws InterruptedException if interrupted.
   */
  public ProbeCheck weights() throws InterruptedException {
    final String lack = replica.speech().control().lackForWeights();
    return lack == null
        ? ProbeCheck.good("new weights", "from a folder that the server reads")
        : ProbeCheck.lesser("new weights", "not taken", lack);
  }

  /**
   * Asks for one token: whether a server that was lost is back.
   *
   * @return true if a token came.
   * @throws InterruptedException if interrupted.
   */
  public boolean answers() throws InterruptedException {
    return tokens().ok();
  }
}
