package dev.coppice.bench.soak;

import dev.coppice.draw.CounterRandom;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.episode.Episode;
import dev.coppice.episode.ForwardingEpisode;
import dev.coppice.fixture.LetterWorld;
import dev.coppice.trajectory.Task;

/** The world of letters with prompts of some hundred tokens, many of which share a beginning. */
final class SoakWorld implements Environment {
  private static final String LETTERS = "abcdefg";

  private final LetterWorld letters = LetterWorld.calm(Integer.MAX_VALUE);

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public Dialect dialect() {
    return letters.dialect();
  }

  @Override
  public int taskCount() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Task task(final int index) {
    return letters.task(index);
  }

  @Override
  public Episode start(final Task task, final long seed) {
    final int index = Integer.parseInt(task.id().substring("letters/".length()));
    return new LongPrompt(letters.start(task, seed), prompt(index));
  }

  /** Eight families of prompts; members of one differ in their last third. */
  private static String prompt(final int index) {
    final int family = index & 7;
    final int length = 40 + (int) Long.remainderUnsigned(CounterRandom.mix(family, 3), 160);
    final int shared = length * 2 / 3;
    final StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      final long key = CounterRandom.mix(i < shared ? family : index + 8L, i);
      text.append(LETTERS.charAt((int) Long.remainderUnsigned(key, LETTERS.length())));
    }
    return text.toString();
  }

  private static final class LongPrompt extends ForwardingEpisode {
    private final String prompt;

    private LongPrompt(final Episode inner, final String prompt) {
      super(inner);
      this.prompt = prompt;
    }

    @Override
    public String prompt() {
      return prompt;
    }

    @Override
    protected Episode around(final Episode fork) {
      return new LongPrompt(fork, prompt);
    }
  }
}
