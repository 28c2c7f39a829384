package dev.coppice.environments.products;

import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.episode.Environment;
import dev.coppice.plug.NamedPlug;
import java.util.List;

/**
 * Offers {@code products}.
 *
 * @thread any; immutable.
 */
public final class ProductsPlug extends NamedPlug implements EnvironmentPlug {
  /** Makes the plug. */
  public ProductsPlug() {
    super(
        ProductsEnvironment.NAME,
        "Products up to 9 x 12 after three worked examples: one turn, no tools, an answer line.");
  }

  @Override
  public List<String> splits() {
    return List.of("train", "held-out", "all");
  }

  @Override
  public Environment open(final TaskRequest request) {
    return new ProductsEnvironment(
        switch (request.split()) {
          case "train" -> Split.TRAIN;
          case "held-out" -> Split.HELD_OUT;
          default -> null;
        },
        request.count(),
        request.seed(),
        request.prompt());
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
