package dev.coppice.app.pretrain;

import dev.coppice.training.demonstration.ReferenceEpisode;
import dev.coppice.training.supervised.SampledEpisode;

/**
 * Plays one episode for a sampler and counts what happens in it.
 *
 * @thread the sampler's thread only
 */
final class TaskEpisode implements SampledEpisode {
  private final ReferenceEpisode episode;
  private int sampledTokens;
  private int observedTokens;
  private int callTokens;
  private double callEntropyNats;
  private double otherEntropyNats;

  TaskEpisode(final ReferenceEpisode episode) {
    this.episode = episode;
  }

  @Override
  public int[] prompt() {
    return episode.prompt();
  }

  @Override
  public int[] accept(final int token, final double entropyNats) {
    sampledTokens++;
    if (episode.isInsideCall()) {
      callTokens++;
      callEntropyNats += entropyNats;
    } else {
      otherEntropyNats += entropyNats;
    }
    final int[] observation = episode.accept(token);
    observedTokens += observation.length;
    return observation;
  }

  @Override
  public boolean isDone() {
    return episode.isDone();
  }

  ReferenceEpisode episode() {
    return episode;
  }

  int sampledTokens() {
    return sampledTokens;
  }

  int observedTokens() {
    return observedTokens;
  }

  int callTokens() {
    return callTokens;
  }

  double callEntropyNats() {
    return callEntropyNats;
  }

  double otherEntropyNats() {
    return otherEntropyNats;
  }
}
