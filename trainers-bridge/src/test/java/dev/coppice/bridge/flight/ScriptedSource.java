package dev.coppice.bridge.flight;

import dev.coppice.bridge.outbox.PublishedWeights;
import java.util.Map;

/** Stands for an engine that only remembers what it was asked. */
final class ScriptedSource implements RolloutSource {
  volatile boolean paused;
  volatile boolean stopped;
  volatile int version;
  final StringBuffer notes = new StringBuffer();

  @Override
  public String run() {
    return "run";
  }

  @Override
  public String model() {
    return "scripted";
  }

  @Override
  public int taskCount() {
    return 5;
  }

  @Override
  public int policyVersion() {
    return version;
  }

  @Override
  public String pauseReason() {
    return paused ? "pause was asked for" : "";
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of("forward_passes", 3L);
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
  }

  @Override
  public void publish(final PublishedWeights weights) {
    if (weights.version() != version + 1) {
      throw new WeightsRefusedException("publish version " + (version + 1) + " next", false);
    }
    version = weights.version();
  }

  @Override
  public void shutdown() {
    stopped = true;
  }

  @Override
  public void note(final String line) {
    notes.append(line).append('\n');
  }
}
