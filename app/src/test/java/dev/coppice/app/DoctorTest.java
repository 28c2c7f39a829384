package dev.coppice.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts the launcher's doctor on a path that has only what the test puts there. */
class DoctorTest {
  private static final List<String> TOOLS =
      List.of("bash", "cat", "dirname", "env", "grep", "head", "readlink", "sed");

  @TempDir private Path bin;

  private record Told(int status, String out) {}

  private void tool(final String name, final String does) throws IOException {
    final Path file = Files.writeString(bin.resolve(name), "#!/bin/bash\n" + does + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private Told doctor(final String... options) throws IOException, InterruptedException {
    for (final String tool : TOOLS) {
      if (!Files.exists(bin.resolve(tool))) {
        Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin").resolve(tool).toRealPath());
      }
    }
    final List<String> call = new ArrayList<>(List.of("/bin/bash", launcher(), "doctor"));
    call.addAll(List.of(options));
    final ProcessBuilder builder = new ProcessBuilder(call);
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    final Process process = builder.start();
    final String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Told(process.waitFor(), out);
  }

  private static String launcher() {
    return Path.of("..", "coppice").toAbsolutePath().normalize().toString();
  }

  private static JsonNode check(final Told told, final String name) throws IOException {
    for (final JsonNode check : new ObjectMapper().readTree(told.out()).path("checks")) {
      if (check.path("name").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("no check of " + name + " in " + told.out());
  }

  @Test
  void shouldSayWhatIsMissingAndWhatBringsIt() throws IOException, InterruptedException {
    tool("bwrap", "echo bubblewrap 0.8.0");

    final Told told = doctor("--json");

    assertEquals(1, told.status(), "Maven must be there: " + told.out());
    assertTrue(check(told, "JDK 25").path("ok").asBoolean(), told.out());
    assertFalse(check(told, "Maven").path("ok").asBoolean(), told.out());
    assertTrue(check(told, "Maven").path("mend").asText().contains("apt install maven"));
    assertEquals("0.8.0", check(told, "bubblewrap").path("found").asText());
    assertFalse(check(told, "Chromium").path("ok").asBoolean(), told.out());
    assertTrue(doctor().out().contains("LACKS  Maven"));
  }

  @Test
  void shouldInstallWhatIsOptionalAndMissing() throws IOException, InterruptedException {
    final Path asked = bin.resolve("asked");
    tool("id", "echo 0");
    tool("mvn", "echo Apache Maven 3.9.9");
    tool("bwrap", "echo bubblewrap 0.8.0");
    tool("apt-get", "echo \"$*\" >> " + asked + "; [ \"${!#}\" != npm ]");

    final Told told = doctor("--install");

    assertEquals(1, told.status(), "npm could not be had");
    final String all = Files.readString(asked);
    assertTrue(all.contains(" chromium\n") && all.contains(" chromium-driver\n"), all);
    assertTrue(all.contains(" python3\n") && all.contains(" npm\n"), all);
    assertFalse(all.contains("bubblewrap"), all);
    assertFalse(all.contains("maven"), all);
  }
}
