package dev.coppice.app.experiment;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Refuses an experiment by name. */
public final class ExperimentException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  /** Names the reasons. */
  enum Reason {
    /** A place or treatment is none. */
    WRONG(new ErrorCode(ErrorCategory.CONFIGURATION, "experiment-wrong")),
    /** Places would be chosen by what came of them. */
    SELECTS(new ErrorCode(ErrorCategory.CONFIGURATION, "experiment-selects-by-reward")),
    /** A world's state cannot be copied. */
    NO_FORK(new ErrorCode(ErrorCategory.CONFIGURATION, "experiment-world-cannot-fork")),
    /** The sides would play by different rules. */
    MIXED(new ErrorCode(ErrorCategory.CONFIGURATION, "experiment-mixes-contracts")),
    /** No error can be told from one problem. */
    FEW(new ErrorCode(ErrorCategory.CONFIGURATION, "experiment-too-few-problems")),
    /** Two models do not read the same ids. */
    TOKENIZERS(new ErrorCode(ErrorCategory.CONFIGURATION, "experiment-mixes-tokenizers"));

    private final ErrorCode code;

    Reason(final ErrorCode code) {
      this.code = code;
    }
  }

  /** Keeps why. */
  ExperimentException(final Reason reason, final String message) {
    super(reason.code, message, null);
  }
}
