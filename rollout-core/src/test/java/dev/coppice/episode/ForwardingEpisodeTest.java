package dev.coppice.episode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.coppice.trajectory.StopReason;
import dev.coppice.trajectory.ToolCall;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ForwardingEpisodeTest {
  @Test
  void shouldPassTheWholeTurnOn() throws Exception {
    final Episode forwarding = new Same(new Echo());

    assertEquals("call of turn", forwarding.call("call", "turn").text());
    assertEquals("call alone", forwarding.call("call").text());
  }

  private static final class Same extends ForwardingEpisode {
    Same(final Episode base) {
      super(base);
    }

    @Override
    protected Episode around(final Episode fork) {
      return new Same(fork);
    }
  }

  /** Answers a call with what it was told of it. */
  private static final class Echo implements Episode {
    @Override
    public String prompt() {
      return "";
    }

    @Override
    public EpisodePlan plan() {
      return new EpisodePlan(0, 1);
    }

    @Override
    public Observation call(final String text) {
      return observation(text + " alone");
    }

    @Override
    public Observation call(final String text, final String turn) {
      return observation(text + " of " + turn);
    }

    private static Observation observation(final String text) {
      return Observation.of(text, "echo", "{}", ToolCall.Status.OK, null);
    }

    @Override
    public Score finish(final String answer) {
      return new Score(0.0, Map.of(), answer);
    }

    @Override
    public Score truncated(final StopReason reason) {
      return new Score(0.0, Map.of(), null);
    }

    @Override
    public Episode fork() {
      return new Echo();
    }

    @Override
    public String digest() {
      return "";
    }
  }
}
