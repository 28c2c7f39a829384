package dev.coppice.proxy.answer;

import dev.coppice.proxy.talk.RefusedException;
import dev.coppice.proxy.talk.TalkAsk;
import dev.coppice.trajectory.SamplingSettings;
import java.util.OptionalLong;

/**
 * Holds what a request gets that it does not ask for.
 *
 * @param model the name of the model, for answers.
 * @param settings of the run.
 * @param mostTokens of one answer; what asks for more gets as many.
 */
public record AskDefaults(String model, SamplingSettings settings, int mostTokens) {
  /** The most choices of one request. */
  public static final int MOST_CHOICES = 128;

  /**
   * Reads how to draw.
   *
   * @param fields of the request.
   * @return the settings, those of the run where the request has none, and the seed.
   */
  public TalkAsk.Sampling sampling(final Fields fields) {
    final boolean named =
        fields.has("temperature")
            || fields.has("top_p")
            || fields.has("top_k")
            || fields.has("min_p");
    final OptionalLong seed = fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    try {
      final long topK = fields.whole("top_k", -1, Integer.MAX_VALUE).orElse(settings.topK());
      final SamplingSettings asked =
          new SamplingSettings(
              fields.number("temperature", settings.temperature()),
              fields.number("top_p", settings.topP()),
              (int) Math.max(0, topK),
              fields.number("min_p", settings.minP()),
              settings.rules());
      return new TalkAsk.Sampling(asked.equals(settings) ? settings : asked, named, seed);
    } catch (final IllegalArgumentException e) {
      final String field = e.getMessage().split(" ")[0];
      throw RefusedException.field(field, e.getMessage());
    }
  }

  /**
   * Reads how long an answer may be.
   *
   * @param fields of the request.
   * @param names of the field, the first that is there counts.
   * @return the number, at most what the run allows.
   */
  public int mostTokens(final Fields fields, final String... names) {
    for (final String name : names) {
      final OptionalLong asked = fields.whole(name, 1, Integer.MAX_VALUE);
      if (asked.isPresent()) {
        return (int) Math.min(asked.getAsLong(), mostTokens);
      }
    }
    return mostTokens;
  }
}
