package dev.coppice.bridge.flight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.fixture.Certificate;
import dev.coppice.bridge.segment.SegmentForm;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BridgeAccessTest {
  private static final String TOKEN = "a secret of some length";

  @TempDir private static Path folder;
  private static Certificate certificate;
  private static ServedGroups served;
  private static BridgeServer server;

  @BeforeAll
  static void start() throws Exception {
    certificate = Certificate.make(folder, "engine");
    served = new ServedGroups(folder);
    final BridgeSettings settings =
        new BridgeSettings(
            "127.0.0.1",
            0,
            1 << 20,
            4,
            new BridgeSettings.Access(
                certificate.certificate().toString(), certificate.key().toString(), TOKEN));
    server = BridgeServer.start(settings, served.parts());
  }

  @AfterAll
  static void stop() {
    server.close();
    served.close();
  }

  private static BridgeClient client(final Path trusted, final String token) {
    return BridgeClient.connect(
        server.location(),
        new BridgeClient.Access(trusted == null ? "" : trusted.toString(), token));
  }

  private static FlightRuntimeException refusal(final BridgeClient client) {
    try (client) {
      return assertThrows(FlightRuntimeException.class, client::status);
    }
  }

  @Test
  void shouldDeliverGroupsOverTlsToATrainerThatTrustsAndShowsTheToken() throws Exception {
    served.seal(3);

    try (BridgeClient client = client(certificate.certificate(), TOKEN);
        GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 3, true)) {
      assertTrue(server.location().startsWith("grpc+tls://"), server.location());
      assertTrue(feed.next());
      assertEquals(Set.of(0L, 1L, 2L), feed.groupNumbers());
      assertEquals(3, client.acknowledge(List.of(0L, 1L, 2L)));
    }
  }

  @Test
  void shouldNotTalkToAnEngineWhoseCertificateIsNotTrusted() throws Exception {
    final Certificate other = Certificate.make(folder, "other");

    final FlightRuntimeException strange = refusal(client(other.certificate(), TOKEN));
    final FlightRuntimeException unknown = refusal(client(null, TOKEN));

    assertEquals(FlightStatusCode.UNAVAILABLE, strange.status().code(), strange.getMessage());
    assertEquals(FlightStatusCode.UNAVAILABLE, unknown.status().code(), unknown.getMessage());
  }

  @Test
  void shouldTakeNoCallInTheClear() {
    final String location = server.location().replace("grpc+tls://", "grpc://");
    final BridgeClient.Access access = new BridgeClient.Access("", TOKEN);

    final FlightRuntimeException refused = refusal(BridgeClient.connect(location, access));

    assertEquals(FlightStatusCode.UNAVAILABLE, refused.status().code(), refused.getMessage());
  }

  @Test
  void shouldRefuseAWrongAndAMissingTokenAndSayWhatToSend() {
    for (final String token : List.of("", "another secret", TOKEN + "x", TOKEN.substring(1))) {
      final FlightRuntimeException refused = refusal(client(certificate.certificate(), token));

      assertEquals(FlightStatusCode.UNAUTHENTICATED, refused.status().code(), token);
      assertTrue(refused.getMessage().contains("authorization: Bearer"), refused.getMessage());
      assertFalse(refused.getMessage().contains(TOKEN), "the token is told");
    }
  }

  @Test
  void shouldRefuseAStreamWithoutTheToken() {
    try (BridgeClient client = client(certificate.certificate(), "");
        GroupFeed feed = client.groups(SegmentForm.TREE_PACKED, 1, true)) {
      final FlightRuntimeException refused = assertThrows(FlightRuntimeException.class, feed::next);
      assertEquals(FlightStatusCode.UNAUTHENTICATED, refused.status().code());
    }
  }

  @Test
  void shouldNotSendATokenToAnotherMachineInTheClear() {
    final BridgeClient.Access access = new BridgeClient.Access("", TOKEN);

    final IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> BridgeClient.connect("grpc://192.0.2.1:4711", access));

    assertTrue(refused.getMessage().contains("use grpc+tls://"), refused.getMessage());
    assertFalse(access.toString().contains(TOKEN), "the token is told");
  }

  @Test
  void shouldListenToOtherMachinesOnlyWithTlsAndAToken() {
    final String pem = certificate.certificate().toString();
    final String key = certificate.key().toString();
    for (final List<String> missing :
        List.of(List.of("", "", TOKEN), List.of(pem, key, ""), List.of("", "", ""))) {
      final IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  new BridgeSettings(
                      "0.0.0.0",
                      0,
                      1024,
                      1,
                      new BridgeSettings.Access(missing.get(0), missing.get(1), missing.get(2))));
      assertTrue(refused.getMessage().contains("or listen at 127.0.0.1"), refused.getMessage());
    }
    final IllegalArgumentException half =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new BridgeSettings(
                    "127.0.0.1", 0, 1024, 1, new BridgeSettings.Access(pem, "", TOKEN)));
    assertTrue(half.getMessage().contains("set both or none"), half.getMessage());
  }
}
