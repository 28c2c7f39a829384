package dev.coppice.app.folder;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.coppice.bridge.trace.Trace;
import dev.coppice.bridge.trace.TraceReader;
import dev.coppice.bridge.trace.TraceWriter;
import dev.coppice.rollout.TreeLedger;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes and reads lines of {@code traces.jsonl} with the fields a run adds to a trace: {@code
 * arm}, {@code group_trees} and {@code ledger}.
 *
 * @thread any; stateless.
 */
public final class TraceLines {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String LEDGER = "ledger";
  private static final int FIRST_FIELDS = 8;

  private TraceLines() {}

  /**
   * Writes a line.
   *
   * @param stored tree.
   * @return the line with its line feed.
   */
  public static byte[] line(final StoredTree stored) {
    final byte[] plain = TraceWriter.line(stored.trace());
    final byte[] added = added(stored).getBytes(StandardCharsets.US_ASCII);
    final ByteArrayOutputStream line = new ByteArrayOutputStream(plain.length + added.length);
    // The run's fields follow the format, so that a reader finds them without reading the tokens.
    final int cut = new String(plain, 0, 64, StandardCharsets.US_ASCII).indexOf(',') + 1;
    line.write(plain, 0, cut);
    line.writeBytes(added);
    line.write(plain, cut, plain.length - cut);
    return line.toByteArray();
  }

  private static String added(final StoredTree stored) {
    final TreeLedger ledger = stored.ledger();
    return "\"arm\":\""
        + stored.arm()
        + "\",\"group_trees\":"
        + stored.groupTrees()
        + ",\"ledger\":{\"prefilled\":"
        + ledger.prefilledTokens()
        + ",\"cached\":"
        + ledger.cachedTokens()
        + ",\"decoded\":"
        + ledger.decodedTokens()
        + ",\"discarded\":"
        + ledger.discardedTokens()
        + ",\"recomputed\":"
        + ledger.recomputedTokens()
        + ",\"tool_calls\":"
        + ledger.toolCalls()
        + ",\"block_ns\":"
        + ledger.blockNs()
        + "},";
  }

  /**
   * Reads a line.
   *
   * @param line without its line feed.
   * @return the tree with what the run added.
   * @throws IllegalArgumentException if the line is no trace of a run.
   */
  public static StoredTree parse(final String line) {
    final Map<String, Long> numbers = new HashMap<>();
    final String arm = readAdded(line, numbers);
    final Trace trace = TraceReader.parseTrace(line);
    final TreeLedger ledger =
        new TreeLedger(
            numbers.getOrDefault("prefilled", 0L),
            numbers.getOrDefault("cached", 0L),
            numbers.getOrDefault("decoded", 0L),
            numbers.getOrDefault("discarded", 0L),
            numbers.getOrDefault("recomputed", 0L),
            numbers.getOrDefault("tool_calls", 0L),
            numbers.getOrDefault("block_ns", 0L));
    return new StoredTree(arm, numbers.getOrDefault("group_trees", 1L).intValue(), trace, ledger);
  }

  private static String readAdded(final String line, final Map<String, Long> numbers) {
    String arm = null;
    try (JsonParser in = JSON.createParser(line)) {
      in.nextToken();
      for (int field = 0; field < FIRST_FIELDS; field++) {
        if (in.nextToken() != JsonToken.FIELD_NAME || numbers.containsKey("block_ns")) {
          break;
        }
        final String name = in.currentName();
        final JsonToken value = in.nextToken();
        if (name.equals("arm")) {
          arm = in.getText();
        } else if (name.equals("group_trees")) {
          numbers.put(name, in.getLongValue());
        } else if (name.equals(LEDGER) && value == JsonToken.START_OBJECT) {
          while (in.nextToken() == JsonToken.FIELD_NAME) {
            numbers.put(in.currentName(), in.nextLongValue(0));
          }
        } else {
          in.skipChildren();
        }
      }
    } catch (final IOException e) {
      throw new IllegalArgumentException("not valid JSON: " + e.getMessage(), e);
    }
    if (arm == null || !numbers.containsKey("decoded")) {
      throw new IllegalArgumentException("not a line of a run: it has no arm or no ledger");
    }
    return arm;
  }
}
