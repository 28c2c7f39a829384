package dev.coppice.environments.toolworld;

import dev.coppice.environments.tool.SideEffect;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a public method of a {@link MethodWorld} a tool; its name in snake case is the tool's.
 *
 * <p>Every parameter has an {@code @Argument}; the first may be a {@link ToolRequest} instead, whose
 * seed a tool that draws at random draws from. The result is shown as JSON, unless it is a {@link
 * ToolResult}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ToolMethod {
  /**
   * Describes the tool to the model.
   *
   * @return one sentence.
   */
  String value();

  /**
   * Says what the tool does to the world.
   *
   * @return the effect.
   */
  SideEffect effect();
}
