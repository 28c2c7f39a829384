package dev.coppice.environments.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Says in words a model can act on what the validator found.
 *
 * @param error as found.
 * @param root the value that was checked.
 */
record Misfit(Error error, Object root) {
  private static final int LONGEST_SHOWN_CHARS = 60;
  private static final List<String> CHOICES = List.of("anyOf", "oneOf");

  /** Returns the name of the argument it lies in, or an empty text for the whole. */
  String argument() {
    return depth() == 0 ? "" : error.getInstanceLocation().getName(0);
  }

  /** Returns how many steps lead from the whole to the place. */
  int depth() {
    return error.getInstanceLocation().getNameCount();
  }

  String keyword() {
    return String.valueOf(error.getKeyword());
  }

  /** Returns whether a value stands there, and is null. */
  boolean isOfNull() {
    return error.getInstanceNode() != null && error.getInstanceNode().isNull();
  }

  /** Returns the name that is missing or not known. */
  String property() {
    return error.getProperty();
  }

  /** Returns the place in the schema where a choice begins that none fits, or null. */
  String choice() {
    final NodePath path = error.getEvaluationPath();
    final StringBuilder walked = new StringBuilder();
    for (int i = 0; i < path.getNameCount(); i++) {
      walked.append('/').append(path.getElement(i));
      if (i + 1 < path.getNameCount() && CHOICES.contains(path.getName(i))) {
        return walked.toString();
      }
    }
    return null;
  }

  /** Says what is wrong, from the argument downwards. */
  String words(final int from) {
    final StringBuilder words = new StringBuilder();
    for (int i = from; i < depth(); i++) {
      final Object step = error.getInstanceLocation().getElement(i);
      words.append(step instanceof Integer ? "has an item that " : "has a " + step + " that ");
    }
    return words.append(plain()).toString();
  }

  private String plain() {
    final Object value = value();
    final JsonNode rule = error.getSchemaNode();
    return switch (keyword()) {
      case "type" ->
          value == null ? "must not be null" : "must be " + types(rule) + ", not " + shown(value);
      case "enum" -> "must be one of " + texts(rule) + ", not " + shown(value);
      case "minimum" -> "must be at least " + rule.asText() + ", not " + shown(value);
      case "maximum" -> "must be at most " + rule.asText() + ", not " + shown(value);
      case "minLength" -> "must be at least " + length(rule, value);
      case "maxLength" -> "must be at most " + length(rule, value);
      case "required" -> "needs " + property();
      case "additionalProperties", "unevaluatedProperties" -> "has no " + property();
      default -> error.getMessage() + ", not " + shown(value);
    };
  }

  private static String length(final JsonNode rule, final Object value) {
    final String text = (String) value;
    return rule.asText() + ", not " + text.codePointCount(0, text.length()) + " characters";
  }

  private static String types(final JsonNode rule) {
    return rule.isArray() ? String.join(" or ", texts(rule)) : rule.asText();
  }

  private static List<String> texts(final JsonNode list) {
    final List<String> texts = new ArrayList<>();
    list.forEach(one -> texts.add(one.isValueNode() ? one.asText() : one.toString()));
    return texts;
  }

  /** The value as it was given: a number keeps the form in which the policy wrote it. */
  private Object value() {
    Object value = root;
    for (int i = 0; i < depth(); i++) {
      final Object step = error.getInstanceLocation().getElement(i);
      if (value instanceof List<?> list && step instanceof Integer place) {
        value = list.get(place);
      } else if (value instanceof Map<?, ?> map) {
        value = map.get(step);
      }
    }
    return value;
  }

  static String shown(final Object value) {
    final String text = String.valueOf(value);
    return text.length() <= LONGEST_SHOWN_CHARS
        ? text
        : text.substring(0, LONGEST_SHOWN_CHARS) + "...";
  }
}
