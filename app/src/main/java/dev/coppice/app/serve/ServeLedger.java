package dev.coppice.app.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.app.folder.RunState;
import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.disk.StorageException;
import dev.coppice.bridge.outbox.OutboxCounts;
import java.nio.file.Path;
import java.util.Map;

/** Writes {@code ledger.json} of a served run: every group is in exactly one of its counts. */
final class ServeLedger {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ServeLedger() {}

  /** Writes the ledger; a full disk must not end the engine, the journal has every count. */
  static void write(
      final Path path,
      final String run,
      final OutboxCounts counts,
      final Map<String, Long> engine) {
    final ObjectNode ledger = MAPPER.createObjectNode();
    ledger.put("format", RunState.SERVED);
    ledger.put("run", run);
    final ObjectNode groups = ledger.putObject("groups");
    groups.put("submitted", counts.submitted());
    groups.put("queued", counts.queued());
    groups.put("issued", counts.issued());
    groups.put("in_flight", counts.inFlight());
    groups.put("sealed", counts.sealed());
    groups.put("offered", counts.offered());
    groups.put("delivered", counts.acknowledged());
    final ObjectNode dropped = groups.putObject("dropped");
    counts.dropped().forEach(dropped::put);
    final ObjectNode quarantined = groups.putObject("quarantined");
    counts.quarantined().forEach(quarantined::put);
    final ObjectNode session = ledger.putObject("engine");
    engine.forEach(session::put);
    try {
      DurableFile.write(path, MAPPER.writeValueAsBytes(ledger));
    } catch (final JsonProcessingException e) {
      throw new IllegalStateException("the ledger could not be written", e);
    } catch (final StorageException e) {
      return;
    }
  }
}
