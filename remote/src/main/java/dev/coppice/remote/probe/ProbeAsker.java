package dev.coppice.remote.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.coppice.model.Work;
import dev.coppice.remote.control.ControlCalls;
import dev.coppice.remote.http.Exchange;
import dev.coppice.remote.http.HttpLink;
import dev.coppice.remote.protocol.AnswerReader;
import dev.coppice.remote.protocol.ServerAnswer;
import dev.coppice.remote.protocol.ServerDialect;
import dev.coppice.remote.protocol.ServerRequest;
import dev.coppice.remote.replica.Replica;
import dev.coppice.trajectory.SamplingSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Asks one server for a few tokens, once.
 *
 * @thread one at a time.
 */
final class ProbeAsker {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long WITHIN_NS = TimeUnit.SECONDS.toNanos(300);
  private static final int FIRST_SLOT = 0;

  private final HttpLink link;
  private final String model;
  private final int vocabularySize;
  private int asked;

  ProbeAsker(final HttpLink link, final String model, final int vocabularySize) {
    this.link = link;
    this.model = model;
    this.vocabularySize = vocabularySize;
  }

  /** One question: how much of what, with which settings. */
  record Question(int[] path, int most, SamplingSettings sampling, int top, List<Integer> ends) {
    static Question plain(final int[] path, final int most, final int top) {
      return new Question(path, most, SamplingSettings.PLAIN, top, List.of());
    }
  }

  /** A question that was sent. */
  private record Sent(Exchange exchange, AnswerReader reader, ServerAnswer answer) {}

  private Sent send(
      final Replica replica, final Question question, final long seed, final Runnable atFirstToken)
      throws IOException {
    final ServerDialect dialect = replica.speech().dialect();
    final Work.Terms terms =
        new Work.Terms(question.sampling(), new Work.Stops(question.ends(), List.of()));
    final ServerRequest request =
        new ServerRequest(
            "coppice-probe-" + ++asked + "-" + Long.toString(System.nanoTime(), 36),
            question.path(),
            question.most(),
            seed,
            new ServerRequest.Want(terms, question.top(), vocabularySize),
            new ServerRequest.Place(
                model, "coppice-probe", replica.slots() == null ? -1 : FIRST_SLOT));
    final ServerAnswer answer = new ServerAnswer(atFirstToken);
    final AnswerReader reader = dialect.reader(request, answer);
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      dialect.write(request, json);
    }
    final Exchange exchange =
        link.post(replica.speech().calls().uri(dialect.path()), body.toByteArray(), reader);
    return new Sent(exchange, reader, answer);
  }

  /** Begins a long answer and closes its connection after the first token. */
  void begin(final Replica replica, final int[] path, final int most)
      throws IOException, InterruptedException {
    final CountDownLatch begun = new CountDownLatch(1);
    final Sent sent = send(replica, Question.plain(path, most, 0), 1, begun::countDown);
    if (!begun.await(WITHIN_NS, TimeUnit.NANOSECONDS)) {
      throw new IOException("no token came");
    }
    sent.exchange().cancel();
  }

  /** Asks and waits for the whole answer. */
  ServerAnswer ask(final Replica replica, final Question question, final long seed)
      throws IOException, InterruptedException {
    final Sent sent = send(replica, question, seed, () -> {});
    final Exchange exchange = sent.exchange();
    final ServerAnswer answer = sent.answer();
    try {
      exchange.await(System.nanoTime() + WITHIN_NS, WITHIN_NS);
    } catch (final IOException e) {
      if (!answer.isEnded()) {
        throw e;
      }
    }
    sent.reader().end();
    if (exchange.status() != 200) {
      throw new IOException(
          "status "
              + exchange.status()
              + ": "
              + ControlCalls.message(new String(exchange.document(), StandardCharsets.UTF_8)));
    }
    if (answer.failure() != null || !answer.isEnded()) {
      throw new IOException(answer.failure() == null ? "the answer has no end" : answer.failure());
    }
    return answer;
  }
}
