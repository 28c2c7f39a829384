package dev.coppice.core;

import dev.coppice.environment.Score;
import dev.coppice.trajectory.Leaf;
import dev.coppice.trajectory.LeafStatus;
import dev.coppice.trajectory.RolloutFailure;
import dev.coppice.trajectory.StopReason;

/**
 * Holds the end of a branch until the tree is finished and nodes have their ids.
 *
 * @param status of the leaf.
 * @param stop of the sampling.
 * @param score of the episode.
 * @param failure or null.
 */
record LeafDraft(LeafStatus status, StopReason stop, Score score, RolloutFailure failure) {

  Leaf at(final int node) {
    return new Leaf(
        node, status, stop, score.reward(), score.components(), score.answer(), failure);
  }

  static LeafDraft failed(final RolloutFailure failure) {
    final LeafStatus status =
        switch (failure.boundary()) {
          case ENVIRONMENT, PARSER -> LeafStatus.ENV_FAILED;
          case TOOL -> LeafStatus.TOOL_FAILED;
          case BACKEND, LIMIT -> LeafStatus.INFRA_FAILED;
        };
    return new LeafDraft(status, StopReason.FAILURE, Score.NONE, failure);
  }
}
