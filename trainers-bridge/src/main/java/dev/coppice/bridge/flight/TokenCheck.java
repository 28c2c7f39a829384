package dev.coppice.bridge.flight;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallInfo;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.RequestContext;

/**
 * Refuses calls without the token.
 *
 * @thread any.
 */
final class TokenCheck implements FlightServerMiddleware.Factory<TokenCheck.Passed> {
  static final FlightServerMiddleware.Key<Passed> KEY = FlightServerMiddleware.Key.of("coppice");

  private final byte[] expected;

  TokenCheck(final String token) {
    this.expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Passed onCallStarted(
      final CallInfo info, final CallHeaders incoming, final RequestContext context) {
    final String given = incoming.get("authorization");
    final byte[] shown = (given == null ? "" : given).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(shown, expected)) {
      throw CallStatus.UNAUTHENTICATED
          .withDescription("send the bridge's token as  authorization: Bearer TOKEN")
          .toRuntimeException();
    }
    return new Passed();
  }

  /** Marks a call that showed the token. */
  static final class Passed implements FlightServerMiddleware {
    @Override
    public void onBeforeSendingHeaders(final CallHeaders outgoing) {}

    @Override
    public void onCallCompleted(final CallStatus status) {}

    @Override
    public void onCallErrored(final Throwable failure) {}
  }
}
