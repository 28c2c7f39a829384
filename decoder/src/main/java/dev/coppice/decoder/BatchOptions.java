package dev.coppice.decoder;

import dev.coppice.decoder.batch.BatchConfig;
import dev.coppice.plug.PlugOption;
import dev.coppice.plug.PlugOptions;
import java.util.List;

/** The options of every engine that batches over blocks in this process. */
final class BatchOptions {
  private BatchOptions() {}

  /**
   * Returns the options.
   *
   * @return rows, tokens and blocks with their defaults.
   */
  static List<PlugOption> all() {
    final BatchConfig otherwise = BatchConfig.DEFAULT;
    return List.of(
        PlugOption.whole(
            "batch-rows",
            otherwise.batchRows(),
            new PlugOption.Range(1, 65_536),
            "Most sequences in one forward pass."),
        PlugOption.whole(
            "batch-tokens",
            otherwise.batchTokens(),
            new PlugOption.Range(1, 1_048_576),
            "Most new tokens in one forward pass."),
        PlugOption.whole(
            "kv-blocks",
            otherwise.kvBlocks(),
            new PlugOption.Range(1, Integer.MAX_VALUE),
            "Blocks of keys and values in the pool."),
        PlugOption.whole(
            "block-tokens",
            otherwise.blockTokens(),
            new PlugOption.Range(1, 1024),
            "Positions in a block, a power of two."));
  }

  /**
   * Makes the configuration the options say.
   *
   * @param options checked one by one.
   * @return the configuration.
   * @throws IllegalArgumentException if they do not fit each other.
   */
  static BatchConfig config(final PlugOptions options) {
    return new BatchConfig(
        options.count("batch-rows"),
        options.count("batch-tokens"),
        options.count("kv-blocks"),
        options.count("block-tokens"));
  }

  /**
   * Checks that the options fit each other.
   *
   * @param options checked one by one.
   * @throws IllegalArgumentException if they do not.
   */
  static void check(final PlugOptions options) {
    config(options);
  }
}
