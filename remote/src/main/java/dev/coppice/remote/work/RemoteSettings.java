package dev.coppice.remote.work;

import dev.coppice.trajectory.SamplingSettings;
import java.time.Duration;

/**
 * Says how a runner treats its servers.
 *
 * @param modelName the servers know the model by.
 * @param vocabularySize the number of token ids that may be sent.
 * @param sampling settings of the run.
 * @param patience with the servers.
 * @param mostRequests under way at a time.
 * @param rowTop how much is asked of a distribution whose entropy decides: the likeliest tokens, or
 *     the whole row.
 */
public record RemoteSettings(
    String modelName,
    int vocabularySize,
    SamplingSettings sampling,
    Patience patience,
    int mostRequests,
    int rowTop) {
  /**
   * Says how long a server is waited for.
   *
   * @param deadline of one answer, all attempts together.
   * @param silence the longest time in which nothing comes.
   * @param attempts at one answer whose server was lost before its first token.
   */
  public record Patience(Duration deadline, Duration silence, int attempts) {}
}
