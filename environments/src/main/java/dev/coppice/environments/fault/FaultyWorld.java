package dev.coppice.environments.fault;

import dev.coppice.environments.forwarding.ForwardingWorld;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SeenResults;
import dev.coppice.environments.toolworld.ToolRequest;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolWorld;
import dev.coppice.episode.Observation;
import dev.coppice.episode.Provenance;
import dev.coppice.episode.Score;
import dev.coppice.episode.ToolFailedException;
import dev.coppice.trajectory.Task;
import dev.coppice.trajectory.ToolCall;

/** Asks the plan before every call. */
final class FaultyWorld extends ForwardingWorld {
  private static final int FLOOD_CHARS = 10 << 20;
  private static final Observation.Source INJECTED = new Observation.Source(Provenance.FAULT, 0);

  private final FaultPlan plan;
  private String task;

  FaultyWorld(final ToolWorld world, final FaultPlan plan) {
    super(world);
    this.plan = plan;
  }

  @Override
  public void reset(final Task begun, final long seed) throws Exception {
    task = begun.id();
    base().reset(begun, seed);
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final String text = CallText.write(request.tool(), request.arguments());
    return switch (plan.fault(task, request.drawnIn(base().digest()), text)) {
      case NONE -> base().call(request);
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
  public Score reward(final String answer, final SeenResults seen, final long sample)
      throws Exception {
    return base().reward(answer, seen, sample);
  }

  @Override
  public ToolWorld fork() {
    final FaultyWorld fork = new FaultyWorld(base().fork(), plan);
    fork.task = task;
    return fork;
  }
}
