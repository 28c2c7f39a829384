package dev.coppice.remote.control;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads lists of ids. */
final class TokenLists {
  private TokenLists() {}

  /** Reads numbers, or objects with an id; null where it is no list. */
  static int[] of(final JsonNode list) {
    if (!list.isArray()) {
      return null;
    }
    final int[] ids = new int[list.size()];
    for (int i = 0; i < ids.length; i++) {
      final JsonNode item = list.get(i);
      ids[i] = (item.isObject() ? item.path("id") : item).asInt(-1);
    }
    return ids;
  }
}
