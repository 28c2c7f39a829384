package dev.coppice.decoder.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ThreadCrewTest {
  @Test
  void shouldDoEveryPieceOfEveryJobExactlyOnce() {
    for (int threads = 1; threads <= 4; threads++) {
      try (ThreadCrew crew = new ThreadCrew(threads)) {
        for (int job = 0; job < 5000; job++) {
          final int pieces = 1 + job % 17;
          final AtomicIntegerArray seen = new AtomicIntegerArray(pieces);
          crew.run(pieces, (lane, piece) -> seen.incrementAndGet(piece));
          for (int i = 0; i < pieces; i++) {
            assertEquals(1, seen.get(i), "threads=" + threads + " job=" + job + " piece=" + i);
          }
        }
      }
    }
  }

  @Test
  void shouldTellOfAPieceThatFailedAndGoOn() {
    try (ThreadCrew crew = new ThreadCrew(2)) {
      assertThrows(
          RuntimeException.class,
          () ->
              crew.run(
                  8,
                  (lane, piece) -> {
                    throw new IllegalArgumentException("piece=" + piece);
                  }));
      final AtomicIntegerArray seen = new AtomicIntegerArray(3);
      crew.run(3, (lane, piece) -> seen.incrementAndGet(piece));
      assertEquals(1, seen.get(2));
    }
  }
}
