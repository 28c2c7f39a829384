package dev.coppice.error;

import java.io.Serializable;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Names one kind of failure for programs and for the page of errors; a published name never changes
 * its meaning.
 *
 * @param category the failure belongs to.
 * @param name in lower case with hyphens, for example {@code disk-full}.
 * @thread immutable, any thread
 */
public record ErrorCode(ErrorCategory category, String name) implements Serializable {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** Checks the form of the name. */
  public ErrorCode {
    Objects.requireNonNull(category, "category is null");
    if (!FORM.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "an error code has lower-case words with hyphens between them: name=" + name);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
