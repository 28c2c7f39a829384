package dev.coppice.model;

import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.PlugOptions;

/**
 * Opens runners of one kind; configurations name it by {@code model.engine}.
 *
 * @thread any.
 */
public interface RunnerPlug extends Plug {
  /** The kind of plug that engines are. */
  PlugKind<RunnerPlug> KIND = new PlugKind<>(RunnerPlug.class, "engine", "engines");

  /**
   * Opens a runner.
   *
   * @param request for a model.
   * @param options of this plug, checked.
   * @return the runner; the caller closes it.
   * @throws IllegalArgumentException if the request or an option does not fit.
   */
  ModelRunner open(RunnerRequest request, PlugOptions options);

  /**
   * Says whether its runners draw with the numbers they are given, {@link
   * ModelRunner.Traits#drawsAsNamed}: known before a model is open.
   *
   * @return false unless the plug says otherwise.
   */
  default boolean drawsAsNamed() {
    return false;
  }

  /**
   * Says whether its runners tell the ids that were sampled and their log-probabilities.
   *
   * @return false for one that tells texts alone: good for an evaluation, not for training.
   */
  default boolean tellsTokens() {
    return true;
  }

  /**
   * Opens the model for one sequence at a time, to score and to continue it.
   *
   * @param request for a model.
   * @param options of this plug, checked.
   * @return the model; the caller closes it.
   * @throws IllegalArgumentException if this kind of runner cannot.
   */
  default SequenceModel openSequence(final RunnerRequest request, final PlugOptions options) {
    throw new IllegalArgumentException(
        "the engine scores and continues no single sequence: engine="
            + name()
            + "; choose model.engine = \"embedded\"");
  }
}
