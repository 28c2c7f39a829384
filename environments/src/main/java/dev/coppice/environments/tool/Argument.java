package dev.coppice.environments.tool;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one argument of a tool: a component of the record the tool takes.
 *
 * <p>The name in JSON is the component's in snake case. Types may be {@code String}, {@code boolean},
 * {@code int}, {@code double} and {@code List<String>}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Argument {
  /** The value of {@link #otherwise} of an argument that must be given. */
  String REQUIRED = "\0required";

  /** The value of {@link #otherwise} of an argument that is null unless it is given. */
  String NOTHING = "\0nothing";

  /**
   * Describes the argument to the model.
   *
   * @return one sentence.
   */
  String value();

  /**
   * Gives the value of an argument that was left out.
   *
   * @return the value as text, or {@link #REQUIRED}, or {@link #NOTHING}.
   */
  String otherwise() default REQUIRED;
}
