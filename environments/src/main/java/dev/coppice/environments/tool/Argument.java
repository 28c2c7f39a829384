package dev.coppice.environments.tool;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one argument of a tool: a component of the record, or a parameter of the method, that
 * the tool takes.
 *
 * <p>The name in JSON is the component's in snake case. Types may be {@code String}, {@code boolean},
 * {@code int}, {@code double} and {@code List<String>}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface Argument {
  /** The value of {@link #defaultValue} of an argument that must be given. */
  String REQUIRED = "\0required";

  /** The value of {@link #defaultValue} of an argument that is null unless it is given. */
  String OPTIONAL = "\0nothing";

  /**
   * Describes the argument to the model.
   *
   * @return one sentence.
   */
  String value();

  /**
   * Names the parameter of a method whose class was compiled without {@code -parameters}.
   *
   * @return the name, or empty for the parameter's own.
   */
  String name() default "";

  /**
   * Gives the value of an argument that was left out.
   *
   * @return the value as text, or {@link #REQUIRED}, or {@link #OPTIONAL}.
   */
  String defaultValue() default REQUIRED;

  /**
   * Bounds a number from below.
   *
   * @return the smallest value allowed.
   */
  double min() default Double.NEGATIVE_INFINITY;

  /**
   * Bounds a number from above.
   *
   * @return the greatest value allowed.
   */
  double max() default Double.POSITIVE_INFINITY;

  /**
   * Lists the texts that are allowed.
   *
   * @return the choices; empty for any text.
   */
  String[] choices() default {};
}
