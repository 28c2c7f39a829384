/**
 * Python's values as a template sees them: text, numbers, lists and dictionaries.
 *
 * <p>Text is {@code String}, integers are {@code Long} or {@code BigInteger}, floats {@code Double},
 * truth {@code Boolean}, lists {@code List}, dictionaries {@code Map} in order of insertion; the rest
 * has a type of its own here.
 *
 * <p>Read in this order: {@link dev.coppice.chat.value.Undefined}, {@link
 * dev.coppice.chat.value.Sequences}, {@link dev.coppice.chat.value.PythonText}.
 */
package dev.coppice.chat.value;
