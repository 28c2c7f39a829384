package dev.coppice.decoder.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  @Test
  void shouldDoEveryPieceOfEveryJobExactlyOnce() {
    for (int threads = 1; threads <= 4; threads++) {
      try (WorkerPool workers = new WorkerPool(threads)) {
        for (int job = 0; job < 5000; job++) {
          final int pieces = 1 + job % 17;
          final AtomicIntegerArray seen = new AtomicIntegerArray(pieces);
          workers.run(pieces, (lane, piece) -> seen.incrementAndGet(piece));
          for (int i = 0; i < pieces; i++) {
            assertEquals(1, seen.get(i), "threads=" + threads + " job=" + job + " piece=" + i);
          }
        }
      }
    }
  }

  @Test
  void shouldTellOfAPieceThatFailedAndGoOn() {
    try (WorkerPool workers = new WorkerPool(2)) {
      assertThrows(
          RuntimeException.class,
          () ->
              workers.run(
                  8,
                  (lane, piece) -> {
                    throw new IllegalArgumentException("piece=" + piece);
                  }));
      final AtomicIntegerArray seen = new AtomicIntegerArray(3);
      workers.run(3, (lane, piece) -> seen.incrementAndGet(piece));
      assertEquals(1, seen.get(2));
    }
  }
}
