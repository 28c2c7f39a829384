package dev.coppice.app.mode;

import dev.coppice.app.config.WorldOptions;
import dev.coppice.environments.record.WorldMode;
import dev.coppice.environments.score.Judge;
import dev.coppice.environments.tool.WorldNoise;
import dev.coppice.environments.user.RecitingUser;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;

/** Makes the source of tool results that a configuration names. */
public final class WorldModes {
  private WorldModes() {}

  /**
   * Makes the source.
   *
   * @param world as configured.
   * @param modelFolder finds a model folder by its name.
   * @return the source; the model that simulates results is open.
   * @throws IllegalArgumentException if what the source needs is not given.
   */
  public static WorldMode of(
      final WorldOptions.World world, final Function<String, Path> modelFolder) {
    final WorldMode.Kind kind = kind(world);
    return new WorldMode(
        kind,
        world.store().isEmpty() ? null : Path.of(world.store()),
        world.faults(),
        world.seed(),
        kind == WorldMode.Kind.SIMULATE && !world.model().isEmpty()
            ? ModelSimulator.open(modelFolder.apply(world.model()))
            : null,
        kind != WorldMode.Kind.REPLAY && !world.user().isEmpty()
            ? new ModelUser(AskedModel.open(world.user(), modelFolder))
            : new RecitingUser());
  }

  /**
   * Opens the model that rewards may ask.
   *
   * @param world as configured.
   * @param modelFolder finds a model folder by its name.
   * @return it, or null where none is named or nothing is scored anew; the caller closes it.
   */
  public static Judge judge(
      final WorldOptions.World world, final Function<String, Path> modelFolder) {
    return world.judge().isEmpty() || kind(world) == WorldMode.Kind.REPLAY
        ? null
        : AskedModel.open(world.judge(), modelFolder);
  }

  /**
   * Says who shares what the world draws.
   *
   * @param world as configured.
   * @return the noise.
   */
  public static WorldNoise noise(final WorldOptions.World world) {
    return new WorldNoise(world.noise().equals("fresh"), world.judges().equals("fresh"));
  }

  /**
   * Tells whether runs repeat byte for byte.
   *
   * @param world as configured.
   * @return true for recording and replaying.
   */
  public static boolean isExact(final WorldOptions.World world) {
    return kind(world) == WorldMode.Kind.RECORD || kind(world) == WorldMode.Kind.REPLAY;
  }

  private static WorldMode.Kind kind(final WorldOptions.World world) {
    return WorldMode.Kind.valueOf(world.mode().toUpperCase(Locale.ROOT));
  }
}
