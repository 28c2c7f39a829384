package dev.coppice.proxy.recorded;

import dev.coppice.proxy.strand.Sampled.Spent;
import dev.coppice.trajectory.SamplingSettings;
import java.util.List;
import java.util.Map;

/**
 * Is something that happened; the recording is a function of these in their order.
 *
 * <p>Each is written to the log as JSON under the number of its type before it counts.
 */
public sealed interface RecordEvent {
  /**
   * A rollout began.
   *
   * @param rollout its number, from 0.
   * @param group its number, from 0.
   * @param name of the rollout.
   * @param input of the task as JSON.
   * @param settings the group draws with.
   */
  record Began(int rollout, int group, RolloutName name, String input, SamplingSettings settings)
      implements RecordEvent {}

  /**
   * A turn was sampled.
   *
   * @param place of the turn.
   * @param tokens of the turn.
   * @param spent on it.
   * @param said says what the turn was in the conversation.
   */
  record TurnSampled(Place place, Tokens tokens, Spent spent, Said said) implements RecordEvent {}

  /**
   * Says where a turn belongs.
   *
   * @param turn its number, from 0.
   * @param rollout that asked for it.
   * @param rewritten whether its path tells an earlier turn's history anew.
   * @param parent the turn it goes on from, or -1.
   * @param request it answers, from 0; the choices of a request share one.
   * @param waitedUs since the turn before it was told, in microseconds.
   */
  record Place(int turn, int rollout, boolean rewritten, int parent, int request, long waitedUs) {}

  /**
   * Holds the tokens of a turn.
   *
   * @param given between the turn before and this one.
   * @param sampled after them.
   * @param logprobs of the sampled ones.
   * @param versions of the weights: version, length, version, length ...
   * @param calls made in them: first token, number of tokens, first token ...
   */
  record Tokens(int[] given, int[] sampled, float[] logprobs, int[] versions, int[] calls) {}

  /**
   * Says what a turn was in the conversation, so that the next request can be matched to it.
   *
   * @param ask the request, without the messages the turn before knows.
   * @param reply the turn as a message, or null where the request was a bare text.
   * @param stop that was cut off.
   * @param finish why it ended: stop, length or tool_calls.
   * @param answered the ids of calls that the given tokens answer.
   */
  record Said(
      Asked ask, Map<String, Object> reply, String stop, String finish, List<String> answered) {}

  /**
   * Holds the part of a request that its prompt was written from.
   *
   * @param messages that are new, or null where the request was a bare text.
   * @param choice of tools: auto, none or required.
   * @param forced the tool that had to be called, or empty.
   * @param tools schemas.
   * @param text all of the path as text where the request was a bare text, else null.
   */
  record Asked(
      List<Map<String, Object>> messages,
      String choice,
      String forced,
      List<Map<String, Object>> tools,
      String text) {}

  /**
   * A rollout was forked where it stands.
   *
   * @param rollout that goes on as the first of them.
   * @param children the numbers of the others.
   * @param names of the others.
   */
  record Forked(int rollout, List<Integer> children, List<RolloutName> names)
      implements RecordEvent {}

  /**
   * Tokens were computed for nothing: a request was given up or failed.
   *
   * @param rollout that asked.
   * @param tokens computed.
   * @param failure of the model, or empty.
   */
  record Discarded(int rollout, long tokens, String failure) implements RecordEvent {}

  /**
   * One path was given a reward of its own.
   *
   * @param turn that ends it.
   * @param score of it.
   */
  record PathScored(int turn, Ending.Scored score) implements RecordEvent {}

  /**
   * A rollout ended.
   *
   * @param rollout that ended.
   * @param ending of it.
   */
  record RolloutEnded(int rollout, Ending ending) implements RecordEvent {}

  /**
   * A group is in the run folder.
   *
   * @param group its number.
   */
  record GroupSealed(int group) implements RecordEvent {}
}
