package dev.coppice.remote.work;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.coppice.draw.CounterRandom;
import dev.coppice.remote.control.ControlCalls;
import dev.coppice.remote.http.Exchange;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.protocol.AnswerReader;
import dev.coppice.remote.protocol.Finish;
import dev.coppice.remote.protocol.ServerAnswer;
import dev.coppice.remote.protocol.ServerDialect;
import dev.coppice.remote.protocol.ServerRequest;
import dev.coppice.remote.replica.Replica;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * Sends one request to one server and says what became of it; what came is handed to the draw.
 *
 * @thread any.
 */
final class SegmentSender {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int SEED_STREAM = 0x5eed;

  private final HttpLink link;
  private final RemoteSettings settings;
  private final RemoteTally tally;

  /** What was sent, and how much of it the server was expected to find. */
  private record Sent(int[] path, int expected, int mostTokens) {}

  /** What of a draw is asked for: so many tokens, in a slot or wherever; told when the first came. */
  record Part(int mostTokens, int slot, Runnable atFirstToken) {}

  SegmentSender(final HttpLink link, final RemoteSettings settings, final RemoteTally tally) {
    this.link = link;
    this.settings = settings;
    this.tally = tally;
  }

  Verdict send(final DrawTask task, final Replica replica, final Part part)
      throws IOException, InterruptedException {
    final int[] path = task.path();
    final int expected = replica.expected(path);
    final ServerAnswer answer = new ServerAnswer(part.atFirstToken());
    final ServerRequest request = request(task, path, part);
    final ServerDialect dialect = replica.speech().dialect();
    final AnswerReader reader = dialect.reader(request, answer);
    tally.requests.increment();
    final Exchange exchange =
        link.post(replica.speech().calls().uri(dialect.path()), body(dialect, request), reader);
    IOException failed = null;
    if (task.underWay(exchange, replica, request.id())) {
      try {
        exchange.await(task.deadlineNs(), settings.patience().silence().toNanos());
      } catch (final IOException e) {
        failed = e;
      }
    } else {
      exchange.cancel();
    }
    try {
      reader.end();
    } catch (final IOException e) {
      failed = failed == null ? e : failed;
    }
    book(task, replica, new Sent(path, expected, part.mostTokens()), answer);
    return verdict(exchange, answer, failed);
  }

  private ServerRequest request(final DrawTask task, final int[] path, final Part part) {
    // The server's generator starts anew with each request, so each segment has a seed of its own.
    final long seed =
        CounterRandom.mix(CounterRandom.mix(task.key(), SEED_STREAM), path.length) >>> 1;
    return new ServerRequest(
        task.nextId(),
        path,
        part.mostTokens(),
        seed,
        new ServerRequest.Want(task.terms(), task.rowTop(), settings.vocabularySize()),
        new ServerRequest.Place(settings.modelName(), task.salt(), part.slot()));
  }

  private static byte[] body(final ServerDialect dialect, final ServerRequest request)
      throws IOException {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 + 8 * request.path().length);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      dialect.write(request, json);
    }
    return bytes.toByteArray();
  }

  /** Counts what the answer tells; where it tells nothing of its path, what was expected of it. */
  private void book(
      final DrawTask task, final Replica replica, final Sent sent, final ServerAnswer answer) {
    final int[] path = sent.path();
    final int expected = sent.expected();
    final boolean isTold = answer.promptTokens() >= 0 && answer.cachedTokens() >= 0;
    if (answer.promptTokens() >= 0 && answer.promptTokens() != path.length) {
      task.refuse(
          "the server read another path than it was sent: sent="
              + path.length
              + " read="
              + answer.promptTokens());
    }
    final boolean began = answer.length() > 0 || isTold;
    final int computed =
        isTold ? path.length - answer.cachedTokens() : began ? path.length - expected : 0;
    if (began && !isTold) {
      tally.untold.increment();
    }
    if (isTold && answer.cachedTokens() < expected) {
      tally.lost.add(expected - answer.cachedTokens());
      replica.lost(path, answer.cachedTokens());
    }
    tally.computedPrompt.add(computed);
    tally.generated.add(answer.length());
    task.take(answer, computed, sent.mostTokens());
    if (answer.length() > 0) {
      final int[] all = task.computedPath();
      replica.computed(all, all.length);
    }
  }

  private static Verdict verdict(
      final Exchange exchange, final ServerAnswer answer, final IOException failed) {
    if (answer.failure() != null) {
      return failure(answer.failure());
    }
    final Finish finish = answer.finishReason();
    if (answer.isEnded() && finish != null && finish != Finish.UNKNOWN) {
      return Verdict.WHOLE;
    }
    final int status = exchange.status();
    final String seen =
        failed == null ? "the answer has no end" : String.valueOf(failed.getMessage());
    if (status == 0) {
      final boolean nobody =
          failed instanceof ConnectException || failed instanceof HttpConnectTimeoutException;
      return new Verdict(nobody ? Verdict.Kind.ABSENT : Verdict.Kind.CUT, seen);
    }
    if (status == 200) {
      return new Verdict(Verdict.Kind.CUT, seen);
    }
    final String message =
        ControlCalls.message(new String(exchange.document(), StandardCharsets.UTF_8));
    if (status == 503 || status == 429) {
      return new Verdict(Verdict.Kind.BUSY, message);
    }
    return status == 501 || status / 100 == 4
        ? new Verdict(Verdict.Kind.REFUSED, "status " + status + ": " + message)
        : failure("status " + status + ": " + message);
  }

  private static Verdict failure(final String message) {
    return new Verdict(
        message.contains("ontext size has been exceeded") ? Verdict.Kind.FULL : Verdict.Kind.CUT,
        message);
  }
}
