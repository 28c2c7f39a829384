package dev.coppice.training.supervised;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.decoder.files.RopeSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchSamplerTest {
  private static final LlamaShape SHAPE =
      new LlamaShape(11, 16, 1, 2, 1, 24, 64, RopeSettings.plain(10_000, 64), 1e-5);
  private static final int EVEN_REPLY = 7;

  @Test
  void shouldRepeatItsDrawsFromASeedAndKeepRowsApart() {
    final List<List<Integer>> first = play(1.0, 5);

    assertEquals(first, play(1.0, 5));
    assertTrue(!first.equals(play(1.0, 6)), "seed=5 and seed=6");
    assertTrue(first.stream().distinct().count() > 1, "rows=" + first);
  }

  @Test
  void shouldGiveEveryRowTheSameTokensWhenGreedy() {
    assertEquals(1, play(0.0, 5).stream().distinct().count());
  }

  private static List<List<Integer>> play(final double temperature, final long seed) {
    final TrainerSettings settings = TrainerSettings.tiny(1, 4);
    final List<ScriptedEpisode> episodes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      episodes.add(new ScriptedEpisode());
    }
    try (SupervisedTrainer trainer = new SupervisedTrainer(SHAPE, settings, (i, p) -> null)) {
      new BatchSampler(trainer.policy())
          .play(episodes, new BatchSampler.Settings(temperature, 40, seed));
    }
    return episodes.stream().map(episode -> List.copyOf(episode.sampled)).toList();
  }

  /** Answers every even token with a fixed reply and ends after eight samples. */
  private static final class ScriptedEpisode implements SampledEpisode {
    private final List<Integer> sampled = new ArrayList<>();

    @Override
    public int[] prompt() {
      return new int[] {1, 2, 3};
    }

    @Override
    public int[] accept(final int token, final double entropyNats) {
      assertTrue(entropyNats > 0 && entropyNats <= Math.log(11) + 1e-6, "nats=" + entropyNats);
      sampled.add(token);
      return token % 2 == 0 ? new int[] {EVEN_REPLY, EVEN_REPLY} : new int[0];
    }

    @Override
    public boolean isDone() {
      return sampled.size() == 8;
    }
  }
}
