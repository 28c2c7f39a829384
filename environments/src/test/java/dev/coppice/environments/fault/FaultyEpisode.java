package dev.coppice.environments.fault;

import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.episode.Observation;
import dev.coppice.trajectory.ToolCall;
import java.util.concurrent.CountDownLatch;

/** Asks the plan before every call. */
final class FaultyEpisode extends ForwardingEpisode {
  private static final String FLOOD_LINE = "the tool cannot stop talking\n";
  private static final int FLOOD_CHARS = 10 << 20;

  private final String task;
  private final FaultPlan plan;

  FaultyEpisode(final Episode episode, final String task, final FaultPlan plan) {
    super(episode);
    this.task = task;
    this.plan = plan;
  }

  @Override
  public Observation call(final String text) throws Exception {
    return call(text, text);
  }

  @Override
  public Observation call(final String text, final String turn) throws Exception {
    return switch (plan.fault(task, base().digest(), text)) {
      case NONE -> base().call(text, turn);
      case ERROR -> throw new IllegalStateException("injected fault: task=" + task);
      case TIMEOUT -> hang();
      case OVERSIZE -> answer(FLOOD_LINE.repeat(FLOOD_CHARS / FLOOD_LINE.length() + 1), "{}");
      case SILENCE -> null;
      case MALFORMED -> answer("\uD800", "{\"half\":");
    };
  }

  /** Waits for an interrupt that the deadline of the call brings. */
  private static Observation hang() throws InterruptedException {
    new CountDownLatch(1).await();
    throw new IllegalStateException("nobody counts this latch down");
  }

  private static Observation answer(final String text, final String arguments) {
    return Observation.of(text, "fault", arguments, ToolCall.Status.OK, null);
  }

  @Override
  protected Episode around(final Episode fork) {
    return new FaultyEpisode(fork, task, plan);
  }
}
