package dev.coppice.environments.schema;

import dev.coppice.error.CoppiceException;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says which tool has a schema that is none, and what is wrong with it. */
public final class ToolSchemaException extends CoppiceException {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE =
      new ErrorCode(ErrorCategory.CONFIGURATION, "tool-schema-invalid");

  ToolSchemaException(final String tool, final String fault, final Throwable cause) {
    super(
        CODE,
        "the JSON schema of the tool "
            + tool
            + " cannot be used: "
            + fault
            + "; mend it where the tool is declared",
        cause);
  }
}
