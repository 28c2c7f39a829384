package dev.coppice.app.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.app.mode.TaskRequests;
import dev.coppice.environments.EnvironmentConfig;
import org.junit.jupiter.api.Test;

/** Names Python environments where the names of plugs are named. */
class PythonEnvironmentTest {
  @Test
  void shouldReadTheNameOfAFileOrAPackageAsAPythonEnvironment() {
    for (final String name : new String[] {"my_env.py", "reasoning-gym/countdown", "rows.jsonl"}) {
      final RunConfig config =
          new ConfigLoader()
              .override("task.environment", name)
              .override("world.python", "bin/python")
              .override("world.sandbox", "none")
              .override("task.python-env.memory-mb", "7")
              .load();
      final EnvironmentConfig asked = TaskRequests.of(config, "");

      assertEquals("python-env", asked.name());
      assertEquals("python-env", TaskRequests.plugName(config));
      assertEquals(name, asked.tasks().options().text("environment"));
      assertEquals("bin/python", asked.tasks().options().text("python"));
      assertEquals("none", asked.tasks().options().text("sandbox"));
      assertEquals(7, asked.tasks().options().whole("memory-mb"));
    }
  }

  @Test
  void shouldRefuseOtherNamesAndOtherSandboxes() {
    final ConfigException name =
        assertThrows(
            ConfigException.class,
            () -> new ConfigLoader().override("task.environment", "no-gym/countdown"));
    final ConfigException sandbox =
        assertThrows(
            ConfigException.class, () -> new ConfigLoader().override("world.sandbox", "docker"));

    assertTrue(name.getMessage().contains("my_env.py"), name.getMessage());
    assertTrue(sandbox.getMessage().contains("bubblewrap, none"), sandbox.getMessage());
  }
}
