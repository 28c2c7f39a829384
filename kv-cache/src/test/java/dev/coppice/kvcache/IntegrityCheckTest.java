package dev.coppice.kvcache;

import static dev.coppice.kvcache.CacheFixture.hold;
import static dev.coppice.kvcache.CacheFixture.range;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Breaks one number at a time in a healthy cache; the check must name the law. */
class IntegrityCheckTest {
  @ParameterizedTest(name = "{0} of block {1} broken: {2}")
  @CsvSource({
    "refs, 0, references = holders",
    "pins, 0, pins = pending copies",
    "children, 0, children counted",
    "depth, 1, depth",
    "identity, 1, identit",
    "key, 1, key = identity of the parent",
    "hash, 1, hash of the tokens",
    "token, 1, hash of the tokens",
    "indexed, 1, a node is found by its tokens",
    "twinNext, 1, twins",
    "space, 1, one namespace",
    "hint, 0, a hint names a child",
    "previous, 4, queue is linked both ways",
    "swap, 4, a child is evicted before its parent",
    "free, 0, free blocks counted",
    "live, 0, live blocks counted",
    "evictable, 0, evictable blocks counted",
  })
  void shouldNameTheBrokenLaw(final String what, final int block, final String law) {
    final BlockPool[] pool = new BlockPool[1];
    final PrefixCache cache = healthy(pool);
    cache.checkIntegrity();
    corrupt(pool[0], what, block);

    final IllegalStateException e =
        assertThrows(IllegalStateException.class, cache::checkIntegrity, what);

    assertTrue(e.getMessage().contains(law), e.getMessage());
  }

  /** Blocks 0 to 2 are held, 3 to 5 are cached. */
  private static PrefixCache healthy(final BlockPool[] pool) {
    final PrefixCache cache = CacheFixture.cache(4, 8);
    final PrefixLease held = hold(cache, range(0, 10));
    assertTrue(Arrays.equals(new int[] {0, 1, 2}, CacheFixture.table(held)));
    hold(cache, range(50, 62)).close();
    pool[0] = cache.pool();
    return cache;
  }

  private static void corrupt(final BlockPool pool, final String what, final int block) {
    final int[] cells = pool.cells;
    switch (what) {
      case "refs" -> cells[BlockDescriptor.refs(block)]++;
      case "pins" -> cells[BlockDescriptor.pins(block)]++;
      case "children" -> cells[BlockDescriptor.children(block)]++;
      case "depth" -> cells[BlockDescriptor.depth(block)]++;
      case "identity" -> cells[BlockDescriptor.identity(block)] = BlockDescriptor.NONE;
      case "key" -> cells[BlockDescriptor.key(block)]++;
      case "hash" -> cells[BlockDescriptor.hash(block)]++;
      case "token" -> pool.tree.tokens[block * 4]++;
      case "indexed" -> cells[BlockDescriptor.indexed(block)] = 0;
      case "twinNext" -> cells[BlockDescriptor.twinNext(block)] = 0;
      case "space" -> cells[BlockDescriptor.space(block)]++;
      case "hint" -> pool.tree.hint[block] = 4;
      case "previous" -> cells[BlockDescriptor.previous(block)] = 3;
      case "swap" -> cells[BlockDescriptor.parent(block)] = 5;
      case "free" -> pool.free++;
      case "live" -> pool.live++;
      case "evictable" -> pool.evictable++;
      default -> throw new AssertionError(what);
    }
  }
}
