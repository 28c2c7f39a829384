package dev.coppice.bridge.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.coppice.bridge.segment.SegmentForm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Talks to an engine from a trainer written in Java.
 *
 * <p>A refusal is a {@link org.apache.arrow.flight.FlightRuntimeException} whose message names the
 * thing and the fix. Every action may be repeated.
 *
 * @thread any; each feed belongs to one.
 */
public final class BridgeClient implements AutoCloseable {
  private static final String TLS = "grpc+tls";
  private static final long DEADLINE_S = 60;
  private static final long LONG_DEADLINE_S = 600;

  private final BufferAllocator memory = new RootAllocator(Long.MAX_VALUE);
  private final FlightClient client;
  private final CallOption token;

  private BridgeClient(final String location, final Access access) {
    final URI uri = URI.create(location);
    final boolean isTls = TLS.equals(uri.getScheme());
    if (!isTls && !access.token().isEmpty() && !BridgeSettings.isLoopback(uri.getHost())) {
      throw new IllegalArgumentException(
          "a token must not be sent unencrypted: location=" + location + "; use grpc+tls://");
    }
    final FlightCallHeaders headers = new FlightCallHeaders();
    if (!access.token().isEmpty()) {
      headers.insert("authorization", "Bearer " + access.token());
    }
    token = new HeaderCallOption(headers);
    final FlightClient.Builder builder =
        FlightClient.builder().allocator(memory).maxInboundMessageSize(Integer.MAX_VALUE);
    if (!isTls) {
      client = builder.location(Location.forGrpcInsecure(uri.getHost(), uri.getPort())).build();
      return;
    }
    builder.useTls().location(Location.forGrpcTls(uri.getHost(), uri.getPort()));
    try (InputStream trusted = access.open()) {
      client = (trusted == null ? builder : builder.trustedCertificates(trusted)).build();
    } catch (final IOException e) {
      memory.close();
      throw new UncheckedIOException(
          "the certificates to trust cannot be read: " + access.trustedCertificates(), e);
    }
  }

  /**
   * Says whom to trust and what to show.
   *
   * @param trustedCertificates path of a PEM file of the authority that signed the engine's
   *     certificate, or of that certificate; an empty string for those this JVM trusts.
   * @param token the engine's {@code bridge.token}, or an empty string.
   */
  public record Access(String trustedCertificates, String token) {
    /** Asks for nothing: a connection on this machine. */
    public static final Access NONE = new Access("", "");

    /** Checks that both are there. */
    public Access {
      Objects.requireNonNull(trustedCertificates, "trustedCertificates is null");
      Objects.requireNonNull(token, "token is null");
    }

    private InputStream open() throws IOException {
      return trustedCertificates.isEmpty()
          ? null
          : Files.newInputStream(Path.of(trustedCertificates));
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
      return "Access[trustedCertificates=" + trustedCertificates + "]";
    }
  }

  /**
   * Opens a connection on this machine.
   *
   * @param location as the engine announces it, {@code grpc://127.0.0.1:PORT}.
   * @return the connection.
   */
  public static BridgeClient connect(final String location) {
    return new BridgeClient(location, Access.NONE);
  }

  /**
   * Opens a connection.
   *
   * @param location as the engine announces it, {@code grpc+tls://HOST:PORT} for an encrypted one.
   * @param access whom to trust and what to show.
   * @return the connection; that it is refused shows with the first call.
   * @throws IllegalArgumentException if a token would travel to another machine in the clear.
   */
  public static BridgeClient connect(final String location, final Access access) {
    return new BridgeClient(location, access);
  }

  /**
   * Asks what the engine does.
   *
   * @return the answer, a JSON object.
   */
  public String status() {
    return call("status", BridgeJson.newObject(), DEADLINE_S).toString();
  }

  /**
   * Asks for one group per task.
   *
   * @param request a text that names the request; the same again gives the same groups.
   * @param tasks the places of the tasks.
   * @return the numbers of the groups.
   */
  public List<Long> submit(final String request, final List<Integer> tasks) {
    final ObjectNode body = BridgeJson.newObject().put("request", request);
    final ArrayNode list = body.putArray("tasks");
    tasks.forEach(list::add);
    return longs(call("submit", body, DEADLINE_S).path("groups"));
  }

  /**
   * Asks for groups of the next tasks.
   *
   * @param request a text that names the request; the same again gives the same groups.
   * @param count of groups.
   * @return the numbers of the groups.
   */
  public List<Long> submit(final String request, final int count) {
    final ObjectNode body = BridgeJson.newObject().put("request", request).put("count", count);
    return longs(call("submit", body, DEADLINE_S).path("groups"));
  }

  /**
   * Asks for one group per task, numbered as a fleet numbers them.
   *
   * @param request a text that names the request; the same again gives the same groups.
   * @param tasks the places of the tasks.
   * @param first the number of the first group; the others follow in a row.
   * @return the numbers of the groups.
   */
  public List<Long> submitAs(
      final String request, final List<Integer> tasks, final long first) {
    final ObjectNode body = BridgeJson.newObject().put("request", request).put("first", first);
    final ArrayNode list = body.putArray("tasks");
    tasks.forEach(list::add);
    return longs(call("submit", body, DEADLINE_S).path("groups"));
  }

  /**
   * Asks what groups taught.
   *
   * @param groups their numbers.
   * @return the lessons of those that ended here or are known from elsewhere, each a JSON object.
   */
  public List<String> lessons(final List<Long> groups) {
    final ObjectNode body = BridgeJson.newObject();
    final ArrayNode list = body.putArray("groups");
    groups.forEach(list::add);
    final List<String> lessons = new ArrayList<>();
    call("lessons", body, DEADLINE_S)
        .path("lessons")
        .forEach(lesson -> lessons.add(lesson.toString()));
    return lessons;
  }

  /**
   * Tells what groups taught that ended on other engines.
   *
   * @param lessons as {@link #lessons} gave them.
   * @return how many the engine did not know.
   */
  public int learn(final List<String> lessons) {
    final ObjectNode body = BridgeJson.newObject();
    final ArrayNode list = body.putArray("lessons");
    lessons.forEach(lesson -> list.add(BridgeJson.any(lesson, "learn")));
    return call("learn", body, DEADLINE_S).path("learned").asInt();
  }

  /**
   * Says that groups are here for good.
   *
   * @param groups their numbers.
   * @return how many were not acknowledged before.
   */
  public int acknowledge(final List<Long> groups) {
    final ObjectNode body = BridgeJson.newObject();
    final ArrayNode list = body.putArray("groups");
    groups.forEach(list::add);
    return call("ack", body, DEADLINE_S).path("acknowledged").asInt();
  }

  /** Stops issuing and computing. */
  public void pause() {
    call("pause", BridgeJson.newObject(), DEADLINE_S);
  }

  /** Goes on. */
  public void resume() {
    call("resume", BridgeJson.newObject(), DEADLINE_S);
  }

  /**
   * Has rollouts sample from new weights.
   *
   * @param folder that holds them, named for version and digest.
   * @param version of them, the present one plus one.
   * @param sha256 of {@code model.safetensors}.
   * @return the version rollouts sample from now.
   */
  public int publish(final Path folder, final int version, final String sha256) {
    final ObjectNode body = BridgeJson.newObject();
    body.put("folder", folder.toAbsolutePath().toString());
    body.put("version", version);
    body.put("sha256", sha256);
    return call("publish", body, LONG_DEADLINE_S).path("policy_version").asInt();
  }

  /** Ends the engine's process. */
  public void shutdown() {
    call("shutdown", BridgeJson.newObject(), DEADLINE_S);
  }

  /**
   * Opens a stream of groups.
   *
   * @param form of the groups.
   * @param groups to take, or 0 for all that come.
   * @param redeliver whether groups that were offered before and not acknowledged come too.
   * @return the stream; the caller closes it.
   */
  public GroupFeed groups(final SegmentForm form, final long groups, final boolean redeliver) {
    return new GroupFeed(client.getStream(ticket(form, groups, redeliver), token), memory);
  }

  /**
   * Opens a stream of groups that ends after a while, whatever has come; see {@link
   * #groups(SegmentForm, long, boolean)}.
   *
   * @param form of the groups.
   * @param groups to take, or 0 for all that come.
   * @param redeliver whether groups that were offered before and not acknowledged come too.
   * @param timeoutMs after which the stream fails with {@code DEADLINE_EXCEEDED}, in milliseconds.
   * @return the stream; the caller closes it.
   */
  public GroupFeed groups(
      final SegmentForm form, final long groups, final boolean redeliver, final long timeoutMs) {
    final CallOption deadline = CallOptions.timeout(timeoutMs, TimeUnit.MILLISECONDS);
    return new GroupFeed(
        client.getStream(ticket(form, groups, redeliver), token, deadline), memory);
  }

  private static Ticket ticket(final SegmentForm form, final long groups, final boolean redeliver) {
    final ObjectNode ticket = BridgeJson.newObject();
    ticket.put("form", form.isFlat() ? "flat" : "tree");
    if (form == SegmentForm.FLAT_DRAWS) {
      ticket.put("per", "draw");
    }
    ticket.put("groups", groups);
    ticket.put("redeliver", redeliver);
    return new Ticket(BridgeJson.bytes(ticket));
  }

  private JsonNode call(final String name, final ObjectNode body, final long deadlineS) {
    final CallOption deadline = CallOptions.timeout(deadlineS, TimeUnit.SECONDS);
    final Iterator<Result> answers =
        client.doAction(new Action(name, BridgeJson.bytes(body)), deadline, token);
    final byte[] answer =
        answers.hasNext() ? answers.next().getBody() : "{}".getBytes(StandardCharsets.UTF_8);
    return BridgeJson.any(answer, name);
  }

  private static List<Long> longs(final JsonNode list) {
    final List<Long> numbers = new ArrayList<>(list.size());
    list.forEach(item -> numbers.add(item.asLong()));
    return numbers;
  }

  /** Closes the connection. */
  @Override
  public void close() {
    try {
      client.close();
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    memory.close();
  }
}
