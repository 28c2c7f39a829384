package dev.coppice.environments.tool;

/**
 * Runs a tool on a state.
 *
 * @param <S> the type of the world's state, which is immutable.
 * @param <A> the record of the tool's arguments.
 * @thread any; a body keeps nothing between calls.
 */
@FunctionalInterface
public interface ToolBody<S, A extends Record> {
  /**
   * Runs the tool.
   *
   * @param state of the world; never changed.
   * @param arguments that were checked against their types.
   * @return the next state and the result.
   * @throws ToolException if the policy may not do this.
   */
  Step<S> run(S state, A arguments) throws ToolException;
}
