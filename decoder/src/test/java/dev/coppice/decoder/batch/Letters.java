package dev.coppice.decoder.batch;

import dev.coppice.fixture.LetterPolicy;
import dev.coppice.fixture.LetterTokenizer;

/** Makes the embedded runner of a script of letters. */
final class Letters {
  /** 16 rows, 64 tokens, 512 blocks of 4. */
  static final BatchConfig CONFIG = new BatchConfig(16, 64, 512, 4);

  private Letters() {}

  static PathBackend backend(final int contextTokens) {
    return new PathBackend(
        "letters",
        LetterTokenizer.ALPHABET.length(),
        contextTokens,
        new LetterPolicy(3.0),
        LetterPolicy::ofFolder);
  }

  static BatchRunner runner(final BatchConfig config) {
    return new BatchRunner(backend(128), config);
  }
}
