package dev.coppice.app.serve;

import dev.coppice.bridge.flight.BridgeClient;
import dev.coppice.bridge.flight.GroupFeed;
import dev.coppice.bridge.segment.SegmentForm;
import dev.coppice.bridge.wire.NodeRow;
import dev.coppice.bridge.wire.PackedGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A trainer to be killed: notes every group it receives and every acknowledgement it was answered.
 *
 * <p>Lines of its log: {@code R group hash} once a group is here, {@code A group} once the engine
 * has said that it is acknowledged, {@code D} where everything has ended.
 */
public final class KillTrainer {
  private static final int GROUPS_PER_REQUEST = 200;
  private static final int AHEAD = 400;

  /** A group that is found damaged never comes, so no stream is waited for without an end. */
  private static final long LONGEST_MS = 5_000;

  private final Path folder;
  private final FileChannel log;
  private final Random random = new Random(ProcessHandle.current().pid());

  private KillTrainer(final Path folder) throws IOException {
    this.folder = folder;
    log =
        FileChannel.open(
            folder.resolve("trainer.log"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Runs until everything has ended after a file named stop has appeared. */
  public static void main(final String[] arguments) throws IOException {
    final KillTrainer trainer = new KillTrainer(Path.of(arguments[0]));
    while (!trainer.session()) {
      LockSupport.parkNanos(20_000_000);
    }
    System.exit(0);
  }

  /** Works with one engine until it dies; true if everything has ended. */
  private boolean session() {
    try (BridgeClient client =
        BridgeClient.connect(Files.readString(folder.resolve("location")).trim())) {
      while (true) {
        final boolean stopping = Files.exists(folder.resolve("stop"));
        final long submitted = count(client.status(), "submitted");
        if (!stopping && submitted - ended(client.status()) < AHEAD) {
          client.submit("request-" + submitted, GROUPS_PER_REQUEST);
        }
        if (stopping && ended(client.status()) == submitted) {
          note("D\n");
          return true;
        }
        take(client);
      }
    } catch (final IOException | RuntimeException e) {
      return false; // The engine is gone; look for the next one.
    }
  }

  private void take(final BridgeClient client) throws IOException {
    final int some = 1 + random.nextInt(60);
    int got = 0;
    try (GroupFeed feed =
        client.groups(SegmentForm.TREE_PACKED, open(client, some), true, LONGEST_MS)) {
      while (got < some && feed.next()) {
        final List<Long> numbers = new ArrayList<>();
        final StringBuilder received = new StringBuilder();
        for (final PackedGroup group : feed.groups()) {
          final long number = group.nodes().getFirst().group();
          numbers.add(number);
          received.append("R ").append(number).append(' ').append(hash(group)).append('\n');
        }
        got += numbers.size();
        note(received.toString());
        client.acknowledge(numbers);
        final StringBuilder done = new StringBuilder();
        numbers.forEach(number -> done.append("A ").append(number).append('\n'));
        note(done.toString());
        if (random.nextInt(4) == 0) {
          client.acknowledge(numbers);
        }
      }
    }
  }

  /** Asks for no more groups than will come, so that the stream ends. */
  private static long open(final BridgeClient client, final int some) {
    final String status = client.status();
    final long open = count(status, "submitted") - ended(status);
    return Math.max(1, Math.min(some, open));
  }

  private static long ended(final String status) {
    return count(status, "acknowledged") + count(status, "corrupt");
  }

  private static long count(final String status, final String name) {
    if (!status.contains("\"" + name + "\":")) {
      return 0;
    }
    final int at = status.indexOf("\"" + name + "\":") + name.length() + 3;
    int end = at;
    while (Character.isDigit(status.charAt(end))) {
      end++;
    }
    return Long.parseLong(status.substring(at, end));
  }

  private static int hash(final PackedGroup group) {
    int hash = 1;
    for (final NodeRow node : group.nodes()) {
      hash = 31 * hash + Arrays.hashCode(node.columns().tokens());
      hash = 31 * hash + Arrays.hashCode(node.columns().logprobs());
      hash = 31 * hash + Arrays.hashCode(node.columns().advantages());
    }
    return hash;
  }

  private void note(final String lines) throws IOException {
    log.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII)));
  }
}
