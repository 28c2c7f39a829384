package dev.coppice.worlds.load;

import dev.coppice.environments.canonical.Truncation;
import dev.coppice.episode.Episode;
import dev.coppice.episode.EpisodePlan;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;
import java.time.Duration;
import java.util.Map;

/** Observes again what was observed, after as long a time, scaled. */
final class LoadEpisode implements Episode {
  private final LoadEnvironment environment;
  private final RecordedRollout rollout;
  private final String prompt;
  private int turn;

  LoadEpisode(
      final LoadEnvironment environment, final RecordedRollout rollout, final String prompt) {
    this.environment = environment;
    this.rollout = rollout;
    this.prompt = prompt;
  }

  @Override
  public String prompt() {
    return prompt;
  }

  @Override
  public EpisodePlan plan() {
    return new EpisodePlan(0, rollout.turns().size());
  }

  @Override
  public Observation call(final String text) throws InterruptedException {
    final RecordedRollout.Turn said = rollout.turns().get(turn);
    if (said.observed().isEmpty()) {
      throw new IllegalStateException("the rollout ends here: id=" + rollout.id());
    }
    final long gapNs = environment.scaledNs(said.gapNs());
    final long startNs = System.nanoTime();
    Thread.sleep(Duration.ofNanos(gapNs));
    environment.late().recordValue(Math.max(0, System.nanoTime() - startNs - gapNs));
    turn++;
    return Observation.of(
        ChunkTokenizer.chunks(said.observed()), "recorded", "{}", ToolCall.Status.OK, null);
  }

  @Override
  public Score finish(final String answer) {
    return new Score(rollout.reward(), Map.of(), null);
  }

  @Override
  public Score truncated(final StopReason reason) {
    return Truncation.isUnsolved(reason) ? new Score(0.0, Map.of(), null) : Score.NONE;
  }

  @Override
  public LoadEpisode fork() {
    final LoadEpisode copy = new LoadEpisode(environment, rollout, prompt);
    copy.turn = turn;
    return copy;
  }

  @Override
  public String digest() {
    return rollout.id() + "@" + turn;
  }
}
