package dev.coppice.app.run;

import dev.coppice.app.config.RunConfig;
import dev.coppice.environments.record.WorldMode;
import java.nio.file.Path;
import java.util.Locale;

/** Makes the source of tool results that a configuration names. */
final class WorldModes {
  private WorldModes() {}

  static WorldMode of(final RunConfig.World world) {
    final WorldMode.Kind kind = kind(world);
    return new WorldMode(
        kind,
        world.store().isEmpty() ? null : Path.of(world.store()),
        world.faults(),
        world.seed(),
        kind == WorldMode.Kind.SIMULATE && !world.model().isEmpty()
            ? ModelImagination.open(world.model())
            : null);
  }

  static boolean isExact(final RunConfig.World world) {
    return kind(world) == WorldMode.Kind.RECORD || kind(world) == WorldMode.Kind.REPLAY;
  }

  private static WorldMode.Kind kind(final RunConfig.World world) {
    return WorldMode.Kind.valueOf(world.mode().toUpperCase(Locale.ROOT));
  }
}
