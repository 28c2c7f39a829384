package dev.coppice.training.policy;

import dev.coppice.decoder.files.RopeSettings;
import dev.coppice.training.supervised.HuggingFaceExport;
import dev.coppice.training.supervised.LlamaShape;
import dev.coppice.training.supervised.SupervisedTrainer;
import dev.coppice.training.supervised.TrainerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Writes a fresh policy of two small layers. */
final class TinyPolicyFolder {
  static final int VOCABULARY = 13;
  static final int CONTEXT = 64;
  private static final RopeSettings ROPE = RopeSettings.plain(10_000, CONTEXT);
  private static final LlamaShape SHAPE =
      new LlamaShape(VOCABULARY, 16, 2, 4, 2, 24, CONTEXT, ROPE, 1e-5);

  private TinyPolicyFolder() {}

  static void write(final Path folder, final long seed) throws IOException {
    try (SupervisedTrainer fresh =
        new SupervisedTrainer(SHAPE, TrainerSettings.tiny(1, seed), (index, progress) -> null)) {
      final List<String> texts =
          IntStream.range(0, VOCABULARY)
              .mapToObj(i -> i < 3 ? "<t" + i + ">" : "" + (char) ('a' + i))
              .toList();
      new HuggingFaceExport(fresh.policy(), texts, 3).write(folder);
    }
  }
}
