package dev.coppice.chat.value;

/**
 * Stands for a name or key that is not there: empty text, false, an empty sequence; anything else
 * done with it fails.
 *
 * @param message of that failure.
 */
public record Undefined(String message) {
  /**
   * Makes one for a missing name.
   *
   * @param name looked for.
   * @return the value.
   */
  public static Undefined name(final String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  /**
   * Makes one for a missing key or attribute.
   *
   * @param owner that lacks it.
   * @param key looked for.
   * @return the value.
   */
  public static Undefined key(final Object owner, final Object key) {
    return new Undefined("'" + PythonText.typeName(owner) + "' has no " + PythonText.repr(key));
  }

  /**
   * Fails, since the value was used.
   *
   * @return never.
   */
  public TemplateException failure() {
    return new TemplateException(message);
  }
}
