package dev.coppice.environments.contract;

import dev.coppice.environments.tool.SideEffect;
import dev.coppice.environments.toolworld.ToolResult;
import dev.coppice.environments.toolworld.ToolSpec;
import dev.coppice.trajectory.ToolCall;
import java.util.HashSet;
import java.util.Set;

/** Counts what a check tried. */
final class CheckTally {
  long episodes;
  long forks;
  long calls;
  long refused;
  long writes;
  long replayed;
  long digests;
  final Set<String> tools = new HashSet<>();

  void called(final ToolSpec spec, final ToolResult result) {
    calls++;
    refused += result.status() == ToolCall.Status.OK ? 0 : 1;
    writes += spec.effect() == SideEffect.WRITE ? 1 : 0;
    tools.add(spec.name());
  }

  CheckReport.Counts counts() {
    return new CheckReport.Counts(
        episodes,
        forks,
        new CheckReport.Calls(calls, refused, writes, replayed),
        digests,
        tools.size());
  }
}
