package dev.coppice.engine;

import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.trajectory.Task;

/** A world whose episodes never start. */
final class UnstartableWorld implements Environment {
  @Override
  public String name() {
    return "unstartable";
  }

  @Override
  public Dialect dialect() {
    return Dialect.TAGS;
  }

  @Override
  public int taskCount() {
    return 10;
  }

  @Override
  public Task task(final int index) {
    return new Task("unstartable/" + index, "{}");
  }

  @Override
  public Episode start(final Task task, final long seed) {
    throw new IllegalStateException("the database is gone");
  }
}
