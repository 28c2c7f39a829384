package dev.coppice.worlds.python;

import dev.coppice.environments.EnvironmentContract;
import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.toolworld.WorldEnvironment;
import dev.coppice.episode.Environment;
import dev.coppice.trajectory.Task;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** Holds the contract of every environment against a world that forks by replay. */
@Tag("slow")
class PythonWorldContractTest extends EnvironmentContract {
  private static PythonTaskset taskset;

  @BeforeEach
  void find() {
    Sandboxes.require();
  }

  @Override
  protected Environment environment() {
    if (taskset == null) {
      taskset = new PythonTaskset(10, 1, Sandboxes.PATIENT);
    }
    return new WorldEnvironment(taskset);
  }

  @Override
  protected String call(final Task task, final SplittableRandom random) {
    final int number = random.nextInt(10);
    return CallText.write(
        "python",
        Map.of(
            "code",
            switch (random.nextInt(5)) {
              case 0 -> "x = " + number;
              case 1 -> "x = globals().get('x', 0) + " + number + "\nprint(x)";
              case 2 -> "import random; random.random()";
              case 3 -> "x";
              default -> "object()";
            }));
  }

  @Override
  protected String answer(final Task task, final SplittableRandom random) {
    return random.nextBoolean() ? PythonProblem.read(task.input()).answer() : "12";
  }
}
