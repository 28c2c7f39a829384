package dev.coppice.kvcache;

/**
 * Separates what must never share keys and values: two sequences share only within one namespace.
 *
 * @param policyVersion the version of the weights that computed the keys and values.
 * @param adapter the number of the adapter on top of the weights, 0 for none.
 * @param salt any other separation, for instance by tenant; 0 for none.
 */
public record CacheNamespace(int policyVersion, int adapter, long salt) {}
