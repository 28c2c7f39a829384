package dev.coppice.kvcache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.Long2LongHashMap;

/**
 * The cache as full maps, slow and plain, beside the real one: every step is taken in both and
 * compared.
 *
 * <p>It also plays the backend: the "keys and values" of a position are a number that stands for
 * the namespace and all tokens up to it, so a wrong hit, a lost copy or a block given away too
 * early shows as a wrong number.
 */
final class CacheModel {
  /** A full block: what prefix it ends, below which block, in which namespace root. */
  record Node(long prefix, int parent, long root) {}

  /** An open lease and what it must hold. */
  static final class Sequence {
    PrefixLease lease;
    CacheNamespace namespace;
    long root;
    int owner;
    int copySource = -1;
    final List<Integer> path = new ArrayList<>();
    final List<Integer> privates = new ArrayList<>();
    final List<Integer> tokens = new ArrayList<>();
    final List<Long> prefixes = new ArrayList<>();

    int size() {
      return tokens.size();
    }

    long prefix() {
      return prefixes.isEmpty() ? root : prefixes.getLast();
    }
  }

  final List<Sequence> open = new ArrayList<>();
  final Map<Integer, Long> time = new HashMap<>();

  private final PrefixCache cache;
  private final int blockTokens;
  private final long[] values;
  private final Map<CacheNamespace, Long> roots = new HashMap<>();
  private final Map<Integer, Node> nodes = new HashMap<>();
  private final Map<Long, Set<Integer>> byPrefix = new HashMap<>();
  private final Map<Integer, Integer> holders = new HashMap<>();
  private final LinkedHashSet<Integer> queue = new LinkedHashSet<>();
  private final Map<Integer, Integer> owners = new HashMap<>();
  private final Map<Integer, Long> since = new HashMap<>();
  private final Long2LongHashMap prefixIds = new Long2LongHashMap(-1);
  private long prefixCount;
  private long evicted;
  private long nowNs;

  CacheModel(final PrefixCache cache) {
    this.cache = cache;
    blockTokens = cache.config().blockTokens();
    values = new long[cache.capacityBlocks() * blockTokens];
  }

  void acquire(final CacheNamespace namespace, final int[] tokens, final int owner) {
    final int expected = matched(namespace, tokens);
    assertEquals(expected, cache.matchTokens(namespace, tokens, tokens.length), "match");
    final PrefixLease lease = cache.acquire(namespace, tokens, tokens.length, owner);
    if (open.size() == cache.config().maxLeases()) {
      assertNull(lease, "no lease is left");
      return;
    }
    final Sequence sequence = new Sequence();
    sequence.lease = lease;
    sequence.namespace = namespace;
    sequence.owner = owner;
    sequence.root = roots.computeIfAbsent(namespace, n -> prefixCount++);
    assertEquals(expected, lease.tokens(), "leased tokens");
    for (int p = 0; p < expected; p++) {
      push(sequence, tokens[p]);
    }
    for (int i = 0; i < expected / blockTokens; i++) {
      final int id = lease.block(i);
      final Node node = nodes.get(id);
      assertNotNull(node, "a leased block is cached");
      assertEquals(sequence.prefixes.get((i + 1) * blockTokens - 1), node.prefix(), "leased block");
      assertEquals(i == 0 ? -1 : sequence.path.getLast(), node.parent(), "parent of leased block");
      sequence.path.add(id);
      hold(id, owner);
    }
    open.add(sequence);
  }

  void reserve(final Sequence sequence, final int count) {
    final int wanted = (sequence.size() + count + blockTokens - 1) / blockTokens;
    final int have = sequence.path.size() + sequence.privates.size();
    final boolean copy = count > 0 && sharesTail(sequence);
    final int need = Math.max(0, wanted - have) + (copy ? 1 : 0);
    final int free = free();
    final boolean done = sequence.lease.reserve(count);
    assertEquals(need <= free + queue.size(), done, "reserve");
    if (!done) {
      return;
    }
    for (int i = free; i < need; i++) {
      evict();
    }
    if (copy) {
      final int source = sequence.privates.getFirst();
      assertEquals(source, sequence.lease.copyFrom(), "copyFrom");
      assertEquals(sequence.size() % blockTokens, sequence.lease.copyTokens(), "copyTokens");
      sequence.copySource = source;
      final int target = sequence.lease.copyTo();
      assertFalse(holders.containsKey(target) || nodes.containsKey(target), "copyTo was free");
      sequence.privates.set(0, target);
      hold(target, sequence.owner);
    }
    for (int i = have; i < wanted; i++) {
      final int id = sequence.lease.block(i);
      assertFalse(holders.containsKey(id) || nodes.containsKey(id), "a reserved block was free");
      sequence.privates.add(id);
      hold(id, sequence.owner);
    }
  }

  void copy(final Sequence sequence) {
    if (sequence.copySource < 0) {
      assertEquals(-1, sequence.lease.copyFrom(), "nothing to copy");
      return;
    }
    System.arraycopy(
        values,
        sequence.lease.copyFrom() * blockTokens,
        values,
        sequence.lease.copyTo() * blockTokens,
        sequence.lease.copyTokens());
    sequence.lease.copyDone();
    unpin(sequence);
  }

  int room(final Sequence sequence) {
    final int expected =
        sharesTail(sequence)
            ? sequence.size()
            : Math.min(
                cache.config().maxTokensPerLease(),
                (sequence.path.size() + sequence.privates.size()) * blockTokens);
    assertEquals(expected, sequence.lease.reservedTokens(), "reservedTokens");
    return expected - sequence.size();
  }

  /** One forward pass and its commit; all copies have been done before. */
  void commit(final Sequence sequence, final int[] tokens) {
    for (final int token : tokens) {
      push(sequence, token);
      final int position = sequence.size() - 1;
      final int id = sequence.lease.block(position / blockTokens);
      values[id * blockTokens + position % blockTokens] = sequence.prefix();
      if (sequence.size() % blockTokens == 0) {
        seal(sequence);
      }
    }
    if (tokens.length == 1) {
      sequence.lease.commit(tokens[0]);
    } else {
      sequence.lease.commit(tokens, 0, tokens.length);
    }
  }

  void fork(final Sequence parent, final int owner) {
    final PrefixLease lease = parent.lease.fork(owner);
    if (open.size() == cache.config().maxLeases()) {
      assertNull(lease, "no lease is left");
      return;
    }
    final Sequence child = new Sequence();
    child.lease = lease;
    child.namespace = parent.namespace;
    child.root = parent.root;
    child.owner = owner;
    child.path.addAll(parent.path);
    child.tokens.addAll(parent.tokens);
    child.prefixes.addAll(parent.prefixes);
    child.path.forEach(id -> hold(id, owner));
    if (parent.size() % blockTokens != 0) {
      child.privates.add(parent.privates.getFirst());
      hold(parent.privates.getFirst(), owner);
    }
    open.add(child);
  }

  void close(final Sequence sequence) {
    sequence.lease.close();
    open.remove(sequence);
    if (sequence.copySource >= 0) {
      unpin(sequence);
    }
    sequence.privates.forEach(this::unhold);
    sequence.path.reversed().forEach(this::unhold);
  }

  void drop(final CacheNamespace namespace) {
    cache.dropNamespace(namespace);
    final Long root = roots.remove(namespace);
    if (root == null) {
      return;
    }
    for (final Map.Entry<Integer, Node> entry : Map.copyOf(nodes).entrySet()) {
      if (entry.getValue().root() == root) {
        unlist(entry.getKey(), entry.getValue());
        if (queue.remove(entry.getKey())) {
          nodes.remove(entry.getKey());
        }
      }
    }
  }

  void advance(final long deltaNs) {
    nowNs += deltaNs;
    cache.advanceTo(nowNs);
  }

  void flush() {
    cache.flush(nowNs);
    holders.keySet().forEach(this::attribute);
  }

  /** Compares the counts, and everything one sequence holds. */
  void verify(final Sequence sequence) {
    assertEquals(holders.size(), cache.liveBlocks(), "liveBlocks");
    assertEquals(queue.size(), cache.evictableBlocks(), "evictableBlocks");
    assertEquals(free(), cache.freeBlocks(), "freeBlocks");
    assertEquals(evicted, cache.stats().evictedBlocks(), "evictedBlocks");
    if (sequence == null) {
      return;
    }
    final List<Integer> expected = new ArrayList<>(sequence.path);
    expected.addAll(sequence.privates);
    final int[] table = new int[expected.size()];
    assertEquals(expected.size(), sequence.lease.copyBlockTable(table, 0), "blocks");
    for (int i = 0; i < table.length; i++) {
      assertEquals(expected.get(i), table[i], "block table");
    }
    assertEquals(sequence.size(), sequence.lease.tokens(), "tokens");
    room(sequence);
    if (sequence.copySource < 0) {
      for (int p = 0; p < sequence.size(); p++) {
        assertEquals(
            sequence.prefixes.get(p),
            values[table[p / blockTokens] * blockTokens + p % blockTokens],
            "keys and values at a position");
      }
    }
  }

  private int matched(final CacheNamespace namespace, final int[] tokens) {
    final Long root = roots.get(namespace);
    if (root == null) {
      return 0;
    }
    long prefix = root;
    int matched = 0;
    for (int p = 0; p < tokens.length; p++) {
      prefix = step(prefix, tokens[p]);
      if ((p + 1) % blockTokens == 0) {
        if (!byPrefix.containsKey(prefix)) {
          break;
        }
        matched = p + 1;
      }
    }
    return matched;
  }

  private void push(final Sequence sequence, final int token) {
    sequence.prefixes.add(step(sequence.prefix(), token));
    sequence.tokens.add(token);
  }

  private long step(final long prefix, final int token) {
    final long key = prefix << 8 | token;
    long next = prefixIds.get(key);
    if (next == -1) {
      next = prefixCount++;
      prefixIds.put(key, next);
    }
    return next;
  }

  private void seal(final Sequence sequence) {
    final int id = sequence.privates.removeFirst();
    final int parent = sequence.path.isEmpty() ? -1 : sequence.path.getLast();
    final Node node = new Node(sequence.prefix(), parent, sequence.root);
    nodes.put(id, node);
    sequence.path.add(id);
    if (findable(node)) {
      byPrefix.computeIfAbsent(node.prefix(), p -> new HashSet<>()).add(id);
    }
  }

  private boolean findable(final Node node) {
    return roots.containsValue(node.root());
  }

  private boolean sharesTail(final Sequence sequence) {
    return sequence.size() % blockTokens != 0
        && open.stream()
                .filter(s -> s.size() % blockTokens != 0)
                .filter(s -> s.privates.getFirst().equals(sequence.privates.getFirst()))
                .count()
            > 1;
  }

  private int free() {
    return cache.capacityBlocks() - holders.size() - queue.size();
  }

  private void hold(final int id, final int owner) {
    if (holders.merge(id, 1, Integer::sum) == 1) {
      queue.remove(id);
      owners.put(id, owner);
      since.put(id, nowNs);
    }
  }

  private void unhold(final int id) {
    if (holders.merge(id, -1, Integer::sum) > 0) {
      return;
    }
    attribute(id);
    holders.remove(id);
    final Node node = nodes.get(id);
    if (node == null) {
      return;
    }
    final boolean childless = nodes.values().stream().noneMatch(n -> n.parent() == id);
    final boolean wanted = findable(node) && byPrefix.get(node.prefix()).size() == 1;
    if (childless && !wanted) {
      unlist(id, node);
      nodes.remove(id);
    } else {
      queue.add(id);
    }
  }

  private void unpin(final Sequence sequence) {
    final int source = sequence.copySource;
    sequence.copySource = -1;
    unhold(source);
  }

  private void evict() {
    final int id = queue.removeFirst();
    assertTrue(nodes.values().stream().noneMatch(n -> n.parent() == id), "a leaf is evicted");
    unlist(id, nodes.remove(id));
    evicted++;
  }

  private void unlist(final int id, final Node node) {
    final Set<Integer> equal = byPrefix.get(node.prefix());
    if (equal != null && equal.remove(id) && equal.isEmpty()) {
      byPrefix.remove(node.prefix());
    }
  }

  private void attribute(final int id) {
    time.merge(owners.get(id), nowNs - since.get(id), Long::sum);
    since.put(id, nowNs);
  }
}
