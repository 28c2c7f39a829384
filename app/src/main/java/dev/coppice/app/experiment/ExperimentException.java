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
    WRONG("experiment-wrong"),
    /** Places would be chosen by what came of them. */
    SELECTS("experiment-selects-by-reward"),
    /** A world's state cannot be copied. */
    NO_FORK("experiment-world-cannot-fork"),
    /** The sides would play by different rules. */
    MIXED("experiment-mixes-contracts"),
    /** No error can be told from one problem. */
    FEW("experiment-too-few-problems"),
    /** Two models do not read the same ids. */
    TOKENIZERS("experiment-mixes-tokenizers");

    private final ErrorCode code;

    Reason(final String name) {
      this.code = new ErrorCode(ErrorCategory.CONFIGURATION, name);
    }
  }

  /** Keeps why. */
  ExperimentException(final Reason reason, final String message) {
    super(reason.code, message, null);
  }
}
