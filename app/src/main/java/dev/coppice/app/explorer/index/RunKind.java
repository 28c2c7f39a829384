package dev.coppice.app.explorer.index;

import dev.coppice.app.folder.RunFolder;
import java.nio.file.Files;

/** Says which command made a folder. */
public enum RunKind {
  /** Groups as traces. */
  RUN,
  /** Groups as segments, for a trainer. */
  SERVE,
  /** Updates; the groups are those of the engine's folder below. */
  TRAIN;

  static RunKind of(final RunFolder folder) {
    if (Files.exists(folder.root().resolve("train.jsonl"))
        || Files.isDirectory(folder.root().resolve("engine"))) {
      return TRAIN;
    }
    return Files.exists(folder.bridge()) ? SERVE : RUN;
  }
}
