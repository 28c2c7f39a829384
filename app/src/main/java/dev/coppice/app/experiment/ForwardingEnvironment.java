package dev.coppice.app.experiment;

import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Sharing;
import dev.coppice.trajectory.Task;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Passes everything on to another environment but the starting of episodes; it does not close it.
 *
 * @thread as the wrapped environment.
 */
abstract class ForwardingEnvironment implements Environment {
  private final Environment base;

  ForwardingEnvironment(final Environment base) {
    this.base = base;
  }

  final Environment base() {
    return base;
  }

  @Override
  public String name() {
    return base.name();
  }

  @Override
  public Dialect dialect() {
    return base.dialect();
  }

  @Override
  public int taskCount() {
    return base.taskCount();
  }

  @Override
  public Task task(final int index) {
    return base.task(index);
  }

  @Override
  public Sharing sharing() {
    return base.sharing();
  }

  @Override
  public String foldedPrompt(final String prompt) {
    return base.foldedPrompt(prompt);
  }

  @Override
  public void guard(final UnaryOperator<String> guard) {
    base.guard(guard);
  }

  @Override
  public Map<String, Long> counters() {
    return base.counters();
  }
}
