package dev.coppice.chat.value;

import java.util.List;

/**
 * Holds the keys, values or items of a dictionary: a length and an order, but no index.
 *
 * @param kind {@code keys}, {@code values} or {@code items}.
 * @param items in order.
 */
public record DictView(String kind, List<Object> items) {}
