package dev.coppice.environments.stories;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.episode.Dialect;
import dev.coppice.episode.Environment;
import dev.coppice.trajectory.Task;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StoriesEnvironmentTest extends EnvironmentContract {
  @Override
  protected Environment environment() {
    return new StoriesEnvironment("<s>Once upon a time", 3);
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    return "there are no tools " + random.nextInt(10);
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return "The end.";
  }

  @Override
  protected boolean isScored() {
    return false;
  }

  @Test
  void shouldOfferOnePromptAsOftenAsAskedFor() {
    final Environment environment = environment();

    assertEquals(3, environment.taskCount());
    assertEquals(Dialect.PLAIN, environment.dialect());
    assertEquals("<s>Once upon a time", environment.start(environment.task(2), 1).prompt());
  }

  @Test
  void shouldRefuseAnEmptyPrompt() {
    assertThrows(IllegalArgumentException.class, () -> new StoriesEnvironment("", 1));
    assertThrows(IllegalArgumentException.class, () -> new StoriesEnvironment("<s>", 0));
  }
}
