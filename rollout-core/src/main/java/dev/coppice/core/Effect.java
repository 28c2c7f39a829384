package dev.coppice.core;

import dev.coppice.model.Work;
import dev.coppice.rollout.GroupResult;
import dev.coppice.trajectory.StopReason;
import java.util.List;

/** An output of the core; effects are carried out in order by the shell. */
public sealed interface Effect {

  /**
   * Forks the world of a group for the first branch of a tree.
   *
   * @param group the place of the group in the run.
   * @param branch the new branch.
   * @param noise the key of what the world draws for the branch's samples.
   */
  record StartWorld(int group, int branch, long noise) implements Effect {}

  /**
   * Hands work to the model; made once per branch.
   *
   * @param work that asks for tokens.
   */
  record Sample(Work work) implements Effect {}

  /**
   * Forks a branch: what the model holds of it, and its world.
   *
   * @param parent branch.
   * @param child branch.
   * @param noise the key of what the world draws for the child's samples.
   */
  record Fork(int parent, int child, long noise) implements Effect {}

  /**
   * Tells the model that a branch asks for nothing more.
   *
   * @param branch to be forgotten.
   */
  record Release(int branch) implements Effect {}

  /**
   * Closes the world of a branch.
   *
   * @param branch that ended.
   */
  record CloseWorld(int branch) implements Effect {}

  /**
   * Runs the tool calls of a turn.
   *
   * @param ticket to answer with.
   * @param texts of the calls, in order.
   * @param turn the calls end, text and marks of the calls included.
   * @param missing what stands before the answer: the end of the last call, where the token that wrote
   *     it wrote more and was taken back.
   */
  record Call(Event.Ticket ticket, List<String> texts, String turn, String missing)
      implements Effect {}

  /**
   * Scores an episode the policy ended.
   *
   * @param ticket to answer with.
   * @param answer sampled.
   */
  record Score(Event.Ticket ticket, String answer) implements Effect {}

  /**
   * Scores an episode a limit ended.
   *
   * @param ticket to answer with.
   * @param reason of the end.
   */
  record ScoreTruncated(Event.Ticket ticket, StopReason reason) implements Effect {}

  /**
   * Delivers a group and closes its world.
   *
   * @param group the place of the group in the run.
   * @param trees the numbers of its trees, in order.
   * @param result of the group; what its trees held of the model's memory is not in it yet.
   */
  record GroupDone(int group, int[] trees, GroupResult result) implements Effect {}

  /**
   * Gives the runner the weights that wait.
   *
   * @param version of the weights.
   */
  record UseWeights(int version) implements Effect {}
}
