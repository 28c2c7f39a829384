package dev.coppice.app.config;

import dev.coppice.draw.DrawRule;
import dev.coppice.episode.TurnRules;
import dev.coppice.trajectory.SamplingSettings;
import dev.coppice.trajectory.SamplingSettings.LogitRules;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fixes the distribution tokens are drawn from, and what ends a turn.
 *
 * @param temperature of the softmax.
 * @param topP mass kept.
 * @param topK tokens kept.
 * @param minP least share kept.
 * @param repetitionPenalty of tokens on the path.
 * @param presencePenalty of tokens in the turn.
 * @param frequencyPenalty of tokens in the turn.
 * @param logitBias of tokens.
 * @param minNewTokens of a turn.
 * @param stop texts.
 * @param stopLines beginnings of lines.
 * @param includeStop says whether the stop is scored.
 * @param thinking marks.
 * @param thinkingEnd text.
 * @param draws says where positions are counted from.
 * @param coupling of tokens to their numbers.
 */
public record SamplingSection(
    @Key(value = "Temperature of the softmax; 0 takes the likeliest token.", min = 0, max = 100)
        double temperature,
    @Key(value = "Probability mass kept, in (0, 1]; 1 keeps all.", min = 1e-9, max = 1) double topP,
    @Key(value = "Number of tokens kept; 0 keeps all.", min = 0) int topK,
    @Key(value = "Least probability kept, as a share of the largest.", min = 0, max = 1)
        double minP,
    @Key(
            value =
                "Divides the positive logits of all tokens on the path, prompt included, and"
                    + " multiplies the others; 1 changes nothing.",
            min = 1e-3,
            max = 100)
        double repetitionPenalty,
    @Key(value = "Taken off the logit of every token the turn has already.", min = -2, max = 2)
        double presencePenalty,
    @Key(value = "Taken off a token's logit once for each time the turn has it.", min = -2, max = 2)
        double frequencyPenalty,
    @Key("Added to logits, as in [\"198:-100\", \"42:1.5\"]: token ids and -100 to 100.")
        List<String> logitBias,
    @Key(
            value =
                "Tokens of a turn before an end token may be drawn or a stop counts; marks of calls"
                    + " and answers end it all the same.",
            min = 0)
        int minNewTokens,
    @Key("Texts that end a turn, as if an end token stood there.") List<String> stop,
    @Key("Beginnings of lines that end a turn at their line feed, as in [\"####\"].")
        List<String> stopLines,
    @Key("Whether the stop is part of the text that is scored; its tokens are kept in any case.")
        boolean includeStop,
    @Key(
            "Marks of a model's thoughts, as in [\"<think>\", \"</think>\"]: calls between them are"
                + " text; [\"auto\"] takes those of its chat template, [] knows none.")
        List<String> thinking,
    @Key(
            "What closes thoughts that reach limits.thinking-tokens; empty for the closing mark"
                + " alone, which it must hold otherwise.")
        String thinkingEnd,
    @Key(
            value =
                "Where the positions that key draws are counted from: the sequence's beginning, or"
                    + " the prompt's end, so that prompts of other lengths draw alike.",
            choices = {"sequence", "prompt"})
        String draws,
    @Key(
            value =
                "How a token comes of its numbers: inverse-cdf, one number for all tokens; gumbel,"
                    + " one for each (embedded engine alone). The distribution is the same.",
            choices = {"inverse-cdf", "gumbel"})
        String coupling) {
  /** Has the marks of thoughts taken from the chat template. */
  public static final List<String> AUTO = List.of("auto");

  /** Every default. */
  static final SamplingSection DEFAULT =
      new SamplingSection(
          1.0,
          1.0,
          0,
          0.0,
          1.0,
          0.0,
          0.0,
          List.of(),
          0,
          List.of(),
          List.of(),
          false,
          AUTO,
          "",
          "sequence",
          "inverse-cdf");

  /** Checks what no single key can check. */
  public SamplingSection {
    logitBias = List.copyOf(logitBias);
    stop = List.copyOf(stop);
    stopLines = List.copyOf(stopLines);
    thinking = List.copyOf(thinking);
    if (thinking.size() == 1 && !thinking.equals(AUTO)
        || thinking.size() > 2
        || thinking.contains("")) {
      throw new IllegalArgumentException(
          "sampling.thinking takes an opening and a closing mark, [\"auto\"] or []: thinking="
              + thinking);
    }
    if (stop.contains("") || stopLines.contains("")) {
      throw new IllegalArgumentException(
          "sampling.stop and sampling.stop-lines: an empty text would end every turn");
    }
    if (stopLines.stream().anyMatch(line -> line.indexOf('\n') >= 0)) {
      throw new IllegalArgumentException(
          "sampling.stop-lines: the beginning of a line has no line feed: stop-lines=" + stopLines);
    }
    bias(logitBias);
  }

  /**
   * Makes the settings of the sampler.
   *
   * @return the settings.
   */
  public SamplingSettings settings() {
    return new SamplingSettings(
        temperature,
        topP,
        topK,
        minP,
        new LogitRules(
            repetitionPenalty, presencePenalty, frequencyPenalty, bias(logitBias), minNewTokens));
  }

  /**
   * Makes the rule of draws.
   *
   * @return the rule.
   */
  public DrawRule drawRule() {
    return new DrawRule(
        draws.equals("prompt") ? DrawRule.Origin.PROMPT : DrawRule.Origin.SEQUENCE,
        coupling.equals("gumbel") ? DrawRule.Coupling.GUMBEL : DrawRule.Coupling.INVERSE_CDF);
  }

  /**
   * Makes the rules of turns.
   *
   * @param limits of the run.
   * @return the rules; no thoughts where their marks are still to be found.
   */
  public TurnRules turns(final LimitsSection limits) {
    return new TurnRules(
        limits.turnTokens(),
        new TurnRules.Stops(stop, stopLines, includeStop),
        thinking.size() < 2 ? TurnRules.Thinking.NONE : thoughts(limits.thinkingTokens()));
  }

  private TurnRules.Thinking thoughts(final int tokens) {
    final String close = thinking.get(1);
    return new TurnRules.Thinking(
        thinking.getFirst(), close, tokens, thinkingEnd.isEmpty() ? close : thinkingEnd);
  }

  /** Refuses a bound on thoughts where nothing could mark or close them. */
  void requireMarks(final LimitsSection limits) {
    if (limits.thinkingTokens() > 0 && thinking.isEmpty()) {
      throw new IllegalArgumentException(
          "limits.thinking-tokens bounds thoughts, and nothing marks them: set sampling.thinking ="
              + " [\"<think>\", \"</think>\"] or what the model writes");
    }
    if (thinking.size() == 2 && !thinkingEnd.isEmpty() && !thinkingEnd.contains(thinking.get(1))) {
      throw new IllegalArgumentException(
          "sampling.thinking-end must hold the mark that closes thoughts: thinking-end="
              + thinkingEnd);
    }
  }

  /**
   * Copies the section with the marks that a chat template has.
   *
   * @param marks opening and closing, or none.
   * @return a copy.
   */
  SamplingSection withThinking(final List<String> marks) {
    return new SamplingSection(
        temperature,
        topP,
        topK,
        minP,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        logitBias,
        minNewTokens,
        stop,
        stopLines,
        includeStop,
        marks,
        thinkingEnd,
        draws,
        coupling);
  }

  /**
   * Reads biases.
   *
   * @param texts of token ids and biases.
   * @return the biases by token.
   * @throws IllegalArgumentException naming the first that is none.
   */
  public static Map<Integer, Double> bias(final List<String> texts) {
    final Map<Integer, Double> bias = new TreeMap<>();
    for (final String text : texts) {
      final int colon = text.indexOf(':');
      try {
        final int token = Integer.parseInt(text.substring(0, Math.max(0, colon)).strip());
        final double value = Double.parseDouble(text.substring(colon + 1).strip());
        if (token < 0 || !(Math.abs(value) <= 100) || bias.put(token, value) != null) {
          throw new NumberFormatException();
        }
      } catch (final NumberFormatException e) {
        throw new IllegalArgumentException(
            "sampling.logit-bias takes different token ids with -100 to 100, as in \"198:-2.5\":"
                + " logit-bias="
                + text);
      }
    }
    return bias;
  }
}
