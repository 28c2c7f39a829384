package dev.coppice.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.model.SequenceModel;

/** Writes what a model says of one sequence as JSON; what is not finite becomes null. */
final class SequenceJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SequenceJson() {}

  /** Writes {@code {"tokens":[...],"logprobs":[...]}}. */
  static String of(final SequenceModel.Continuation continuation) {
    final ObjectNode root = JSON.createObjectNode();
    root.set("tokens", JSON.valueToTree(continuation.tokens()));
    root.set("logprobs", JSON.valueToTree(continuation.logprobs()));
    return root.toString();
  }

  /** Writes {@code {"tokens":[...],"logprobs":[...],"stop":"...","text":"..."}}. */
  static String of(
      final SequenceModel.Continuation continuation, final String stop, final String text) {
    final ObjectNode root = JSON.createObjectNode();
    root.set("tokens", JSON.valueToTree(continuation.tokens()));
    final ArrayNode logprobs = root.putArray("logprobs");
    for (final double logprob : continuation.logprobs()) {
      add(logprobs, logprob);
    }
    return root.put("stop", stop).put("text", text).toString();
  }

  /** Writes {@code {"logprobs":[...],"top":[[[id,logprob],...],...]}}. */
  static String of(final SequenceModel.Scores scores) {
    final ObjectNode root = JSON.createObjectNode();
    final ArrayNode values = root.putArray("logprobs");
    for (final double logprob : scores.logprobs()) {
      add(values, logprob);
    }
    final ArrayNode top = root.putArray("top");
    for (int i = 0; i < scores.topTokens().length; i++) {
      if (i == 0) {
        top.addNull();
      } else {
        addPosition(top.addArray(), scores.topTokens()[i], scores.topLogprobs()[i]);
      }
    }
    return root.toString();
  }

  private static void addPosition(
      final ArrayNode position, final int[] tokens, final double[] logprobs) {
    for (int k = 0; k < tokens.length; k++) {
      add(position.addArray().add(tokens[k]), logprobs[k]);
    }
  }

  private static void add(final ArrayNode array, final double value) {
    if (Double.isFinite(value)) {
      array.add(value);
    } else {
      array.addNull();
    }
  }
}
