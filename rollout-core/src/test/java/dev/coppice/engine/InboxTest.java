package dev.coppice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class InboxTest {
  @Test
  @Timeout(20)
  void shouldGiveUpWhereNobodyTakesMessagesIn() {
    final Inbox inbox = new Inbox(2, 30_000_000L);
    inbox.publish("first");
    inbox.publish("second");

    final IllegalStateException refusal =
        assertThrows(IllegalStateException.class, () -> inbox.publish("third"));

    assertTrue(refusal.getMessage().contains("slots=2"), refusal.getMessage());
  }

  @Test
  @Timeout(20)
  void shouldWaitForRoomAndLoseNothing() throws Exception {
    final Inbox inbox = new Inbox(2, 10_000_000_000L);
    final CountDownLatch full = new CountDownLatch(1);
    final Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 1_000; i++) {
                    inbox.publish(i);
                    full.countDown();
                  }
                });
    full.await();
    final List<Object> taken = new ArrayList<>();
    while (taken.size() < 1_000) {
      inbox.poll(taken::add);
    }
    writer.join();

    for (int i = 0; i < 1_000; i++) {
      assertEquals(i, taken.get(i));
    }
  }
}
