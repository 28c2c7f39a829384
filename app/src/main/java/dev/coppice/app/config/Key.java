package dev.coppice.app.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes one key of the configuration: what it means and which values it takes. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
  /** What the key means, with its unit. */
  String value();

  /** The least number taken. */
  double min() default Double.NEGATIVE_INFINITY;

  /** The largest number taken. */
  double max() default Double.POSITIVE_INFINITY;

  /** The texts taken; empty where any is. */
  String[] choices() default {};

  /** The kinds whose plugs' names are taken as well. */
  PlugSection[] plugs() default {};

  /** Whether a plug may know further names, which are looked for when all keys are there. */
  boolean others() default false;
}
