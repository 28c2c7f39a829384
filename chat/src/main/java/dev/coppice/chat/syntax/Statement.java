package dev.coppice.chat.syntax;

import java.util.List;

/** Is one statement of a template. */
public sealed interface Statement {
  /**
   * Writes text as it stands.
   *
   * @param text to write.
   */
  record Text(String text) implements Statement {}

  /**
   * Writes a value.
   *
   * @param value to write.
   */
  record Print(Expression value) implements Statement {}

  /**
   * Runs the first branch that holds.
   *
   * @param conditions of the branches.
   * @param bodies of the branches.
   * @param otherwise if none holds.
   */
  record If(List<Expression> conditions, List<List<Statement>> bodies, List<Statement> otherwise)
      implements Statement {}

  /**
   * Loops.
   *
   * @param target set to each item.
   * @param items walked.
   * @param condition an item must meet, or null.
   * @param recursive whether {@code loop} can be called.
   * @param body of the loop.
   * @param otherwise if there was no item.
   */
  record For(
      Target target,
      Expression items,
      Expression condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  /**
   * Sets a variable.
   *
   * @param target to set.
   * @param value of it.
   */
  record Set(Target target, Expression value) implements Statement {}

  /**
   * Sets a variable to what a body writes.
   *
   * @param target to set.
   * @param filter applied to the text, or null.
   * @param body that writes.
   */
  record SetBlock(Target target, Expression filter, List<Statement> body) implements Statement {}

  /**
   * Defines a macro.
   *
   * @param name of it.
   * @param signature of it.
   * @param body of it.
   */
  record Macro(String name, Signature signature, List<Statement> body) implements Statement {}

  /**
   * Calls a macro that may call the body back.
   *
   * @param signature of the body.
   * @param call of the macro.
   * @param body given as {@code caller}.
   */
  record CallBlock(Signature signature, Expression.Call call, List<Statement> body)
      implements Statement {}

  /**
   * Filters what a body writes.
   *
   * @param filter applied.
   * @param body that writes.
   */
  record FilterBlock(Expression filter, List<Statement> body) implements Statement {}

  /**
   * Sets variables for a body.
   *
   * @param targets to set.
   * @param values of them.
   * @param body that sees them.
   */
  record With(List<Target> targets, List<Expression> values, List<Statement> body)
      implements Statement {}

  /**
   * Runs a body in a scope of its own: what {@code generation} and {@code block} do.
   *
   * @param body to run.
   */
  record Scoped(List<Statement> body) implements Statement {}

  /**
   * Leaves the loop, or continues with the next item.
   *
   * @param leaves which of them.
   */
  record Jump(boolean leaves) implements Statement {}

  /**
   * Names the parameters of a macro.
   *
   * @param names in order.
   * @param defaults of the last of them.
   */
  record Signature(List<String> names, List<Expression> defaults) {}

  /** Is what can be assigned to. */
  sealed interface Target {
    /**
     * Is a variable.
     *
     * @param name of it.
     */
    record Variable(String name) implements Target {}

    /**
     * Is an attribute of a namespace.
     *
     * @param owner the namespace's name.
     * @param name of the attribute.
     */
    record Slot(String owner, String name) implements Target {}

    /**
     * Takes a sequence apart.
     *
     * @param parts of it.
     */
    record Several(List<Target> parts) implements Target {}
  }
}
