package dev.coppice.environments.retail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OverlayMapTest {
  @Test
  void shouldBehaveAsACopiedMapWhenChangedAtRandomFromAnyVersion() {
    for (int seed = 0; seed < 100; seed++) {
      final SplittableRandom random = new SplittableRandom(seed);
      final Map<String, Integer> base = new HashMap<>();
      for (int key = 0; key < 20; key++) {
        base.put("k" + key, 0);
      }
      final List<OverlayMap<Integer>> maps = new ArrayList<>(List.of(new OverlayMap<>(base)));
      final List<Map<String, Integer>> copies = new ArrayList<>(List.of(new TreeMap<>(base)));
      for (int step = 0; step < 200; step++) {
        final int from = random.nextInt(maps.size());
        final String key = "k" + random.nextInt(20);
        final int value = random.nextInt(3);
        maps.add(maps.get(from).with(key, value));
        final Map<String, Integer> copy = new TreeMap<>(copies.get(from));
        copy.put(key, value);
        copies.add(copy);
      }
      for (int i = 0; i < maps.size(); i++) {
        assertSame(copies.get(i), maps.get(i), base, "seed=" + seed + " version=" + i);
        final int other = random.nextInt(maps.size());
        assertEquals(
            copies.get(i).equals(copies.get(other)),
            maps.get(i).equals(maps.get(other)),
            "seed=" + seed);
      }
    }
  }

  private static void assertSame(
      final Map<String, Integer> copy,
      final OverlayMap<Integer> map,
      final Map<String, Integer> base,
      final String message) {
    final Map<String, Integer> changed = new TreeMap<>();
    copy.forEach(
        (key, value) -> {
          assertEquals(value, map.get(key), message);
          if (!value.equals(base.get(key))) {
            changed.put(key, value);
          }
        });
    final Map<String, Integer> visited = new TreeMap<>();
    map.forEachChanged(visited::put);
    assertEquals(changed, visited, message);
  }

  @Test
  void shouldRefuseAKeyThatTheBaseDoesNotHave() {
    final OverlayMap<Integer> map = new OverlayMap<>(Map.of("a", 1));

    assertThrows(IllegalArgumentException.class, () -> map.with("b", 1));
    assertNotEquals(map, new OverlayMap<>(Map.of("a", 1)));
  }
}
