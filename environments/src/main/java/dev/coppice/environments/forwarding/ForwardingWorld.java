package dev.coppice.environments.forwarding;

import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Score;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import java.util.List;
import java.util.Objects;

/**
 * Passes everything on to another world but forks, which must be wrapped as well.
 *
 * @thread as the wrapped world.
 */
public abstract class ForwardingWorld implements ToolWorld {
  private final ToolWorld base;

  /**
   * Wraps a world.
   *
   * @param base to wrap; closed with this one.
   */
  protected ForwardingWorld(final ToolWorld base) {
    this.base = Objects.requireNonNull(base, "base is null");
  }

  /**
   * Returns the wrapped world.
   *
   * @return what was given to the constructor.
   */
  protected final ToolWorld base() {
    return base;
  }

  @Override
  public List<ToolSpec> tools() {
    return base.tools();
  }

  @Override
  public RuntimeContract contract() {
    return base.contract();
  }

  @Override
  public void reset(final Task task, final long seed) throws Exception {
    base.reset(task, seed);
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    return base.call(request);
  }

  @Override
  public boolean canFork() {
    return base.canFork();
  }

  @Override
  public abstract ToolWorld fork();

  @Override
  public String digest() {
    return base.digest();
  }

  @Override
  public String summary() {
    return base.summary();
  }

  @Override
  public boolean isRepeatable() {
    return base.isRepeatable();
  }

  @Override
  public boolean keepsResults() {
    return base.keepsResults();
  }

  @Override
  public boolean drawsAfresh(final String tool) {
    return base.drawsAfresh(tool);
  }

  @Override
  public boolean judges() {
    return base.judges();
  }

  @Override
  public boolean scoresAnswerAlone() {
    return base.scoresAnswerAlone();
  }

  @Override
  public boolean scoresEndings() {
    return base.scoresEndings();
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    return base.reward(answer, seen);
  }

  @Override
  public void close() {
    base.close();
  }
}
