package dev.coppice.environments.retail;

import java.util.Map;

/**
 * Represents a product as the database spells it.
 *
 * @param name of the product.
 * @param productId of the product.
 * @param variants by their item ids.
 */
record Product(String name, String productId, Map<String, Variant> variants) {
  /** Represents one variant of a product. */
  record Variant(String itemId, Map<String, String> options, boolean available, double price) {}
}
