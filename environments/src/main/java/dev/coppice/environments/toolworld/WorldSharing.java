package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.CallText;
import dev.coppice.environments.tool.SideEffect;
import dev.coppice.episode.Sharing;

/**
 * Says which answers of a world of tools the samples of a path share.
 *
 * @thread any; immutable once the world has begun.
 */
final class WorldSharing implements Sharing {
  private final WorldEnvironment world;
  private final boolean sharesAll;

  WorldSharing(final WorldEnvironment world) {
    this.world = world;
    this.sharesAll = sharesScore() && world.specs().values().stream().noneMatch(this::isOwn);
  }

  @Override
  public boolean sharesAll() {
    return sharesAll;
  }

  @Override
  public boolean sharesCall(final String text) {
    final CallText call;
    try {
      call = world.format().notation().read(text);
    } catch (final IllegalArgumentException e) {
      return true; // The refusal is the same for all.
    }
    final ToolSpec spec = world.specs().get(call.tool());
    return spec == null || !isOwn(spec);
  }

  private boolean isOwn(final ToolSpec spec) {
    return world.drawsAfresh(spec) || (spec.effect() == SideEffect.WRITE && !world.isRepeatable());
  }

  @Override
  public boolean sharesScore() {
    return !world.scoresAfresh();
  }
}
