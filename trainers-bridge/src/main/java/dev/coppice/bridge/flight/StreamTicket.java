package dev.coppice.bridge.flight;

import com.fasterxml.jackson.databind.JsonNode;
import dev.coppice.bridge.outbox.OutboxStream;
import dev.coppice.bridge.segment.SegmentForm;
import java.util.Set;

/**
 * Says what a stream asks for.
 *
 * @param form of the groups.
 * @param groups to send, or 0 for all that come.
 * @param taker of the groups.
 */
record StreamTicket(SegmentForm form, long groups, OutboxStream.Taker taker) {
  private static final int LONGEST_NAME = 200;

  static StreamTicket parse(final byte[] bytes) {
    final JsonNode ticket =
        BridgeJson.object(
            bytes, "ticket", "form", "per", "groups", "redeliver", "trainer", "batch", "only");
    final String form = ticket.path("form").asText("tree");
    if (!form.equals("tree") && !form.equals("flat")) {
      throw new IllegalArgumentException(
          "ticket: form must be \"tree\" or \"flat\", not \"" + form + "\"");
    }
    final String per = ticket.path("per").asText("path");
    if (!per.equals("path") && !per.equals("draw") || per.equals("draw") && form.equals("tree")) {
      throw new IllegalArgumentException(
          "ticket: per must be \"path\" or, of form \"flat\", \"draw\", not \"" + per + "\"");
    }
    final JsonNode groups = ticket.path("groups");
    if (!groups.isMissingNode() && (!groups.isIntegralNumber() || groups.asLong() < 0)) {
      throw new IllegalArgumentException(
          "ticket: groups must be a number, 0 for a stream that stays open, not " + groups);
    }
    final OutboxStream.Taker taker = taker(ticket);
    if (!taker.only().isEmpty() && groups.asLong(0) != 0) {
      throw new IllegalArgumentException(
          "ticket: give either groups or only, whose groups are all sent");
    }
    final long asked = taker.only().isEmpty() ? groups.asLong(0) : taker.only().size();
    return new StreamTicket(formOf(form, per), asked, taker);
  }

  private static OutboxStream.Taker taker(final JsonNode ticket) {
    final JsonNode batch = ticket.path("batch");
    if (!batch.isMissingNode() && (!batch.isInt() || batch.asInt() < 1)) {
      throw new IllegalArgumentException(
          "ticket: batch must be how many groups are trained at once, not " + batch);
    }
    final String trainer = ticket.path("trainer").asText("");
    if (trainer.length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "ticket: trainer must have at most " + LONGEST_NAME + " characters");
    }
    final Set<Long> only =
        ticket.has("only") ? Set.copyOf(BridgeJson.numbers(ticket, "ticket", "only")) : Set.of();
    return new OutboxStream.Taker(
        trainer, batch.asInt(0), ticket.path("redeliver").asBoolean(true), only);
  }

  private static SegmentForm formOf(final String form, final String per) {
    if (form.equals("tree")) {
      return SegmentForm.TREE_PACKED;
    }
    return per.equals("draw") ? SegmentForm.FLAT_DRAWS : SegmentForm.FLAT;
  }
}
