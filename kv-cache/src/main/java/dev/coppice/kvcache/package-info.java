/**
 * The prefix cache: a fixed pool of key-value blocks, a tree of the token blocks they hold, and
 * leases on paths of that tree.
 *
 * <pre>
 *   namespace root -- block -- block -- block            full blocks: nodes of the tree, shared
 *                                  \      \
 *                                   \      lease A: tail [x x x . ] [. . . .]   private
 *                                    block
 *                                        \
 *                                         leases B, C: tail [y . . . ]     shared until written
 *
 *   free  --reserve--&gt;  live  --last lease closed--&gt;  evictable  --evicted--&gt;  free
 *                        ^-----------acquired----------------'
 * </pre>
 *
 * <p>The package knows token ids and block ids, neither tensors nor models. One thread owns a cache
 * and all its leases.
 *
 * <p>Read in this order: {@link dev.coppice.kvcache.KvCacheConfig}, {@link
 * dev.coppice.kvcache.CacheNamespace}, {@link dev.coppice.kvcache.PrefixCache}, {@link
 * dev.coppice.kvcache.PrefixLease}, {@code BlockPool}, {@code PrefixTree}, {@code IntegrityCheck}.
 */
package dev.coppice.kvcache;
