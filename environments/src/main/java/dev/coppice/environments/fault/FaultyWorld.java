package dev.coppice.environments.fault;

import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.Task.RuntimeContract;
import dev.coppice.trajectory.ToolCall;
import java.util.List;

/** Asks the plan before every call. */
final class FaultyWorld implements ToolWorld {
  private static final int FLOOD_CHARS = 10 << 20;
  private static final Observation.Source INJECTED = new Observation.Source(Provenance.FAULT, 0);

  private final ToolWorld world;
  private final FaultPlan plan;
  private String task;

  FaultyWorld(final ToolWorld world, final FaultPlan plan) {
    this.world = world;
    this.plan = plan;
  }

  @Override
  public List<ToolSpec> tools() {
    return world.tools();
  }

  @Override
  public RuntimeContract contract() {
    return world.contract();
  }

  @Override
  public void reset(final Task begun, final long seed) throws Exception {
    task = begun.id();
    world.reset(begun, seed);
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final String text = CallText.write(request.tool(), request.arguments());
    return switch (plan.fault(task, world.digest(), text)) {
      case NONE -> world.call(request);
      case ERROR -> throw failure(ToolCall.Status.THREW, "injected", "injected error");
      case TIMEOUT -> throw failure(ToolCall.Status.TIMEOUT, "timeout", "injected timeout");
      case SILENCE -> throw failure(ToolCall.Status.INVALID, "no_result", "injected silence");
      case OVERSIZE -> ToolResult.ok("flood".repeat(FLOOD_CHARS / 5)).from(INJECTED);
      case MALFORMED -> ToolResult.ok("{\"half\":\uD800").from(INJECTED);
    };
  }

  private static ToolFailedException failure(
      final ToolCall.Status status, final String code, final String message) {
    return new ToolFailedException(status, code, message, INJECTED);
  }

  @Override
  public boolean canFork() {
    return world.canFork();
  }

  @Override
  public ToolWorld fork() {
    final FaultyWorld fork = new FaultyWorld(world.fork(), plan);
    fork.task = task;
    return fork;
  }

  @Override
  public String digest() {
    return world.digest();
  }

  @Override
  public String summary() {
    return world.summary();
  }

  @Override
  public boolean isRepeatable() {
    return world.isRepeatable();
  }

  @Override
  public boolean scoresAnswerAlone() {
    return world.scoresAnswerAlone();
  }

  @Override
  public Score reward(final String answer, final SeenResults seen) throws Exception {
    return world.reward(answer, seen);
  }

  @Override
  public void close() {
    world.close();
  }
}
