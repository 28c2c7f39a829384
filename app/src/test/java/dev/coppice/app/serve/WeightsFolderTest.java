package dev.coppice.app.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.bridge.disk.DurableFile;
import dev.coppice.bridge.flight.WeightsRefusedException;
import dev.coppice.bridge.outbox.PublishedWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsFolderTest {
  @TempDir private Path folder;

  private PublishedWeights write(final int version) throws IOException {
    final Path file = Files.writeString(folder.resolve("weights"), "numbers " + version);
    final String sha256 = DurableFile.digest(file).sha256();
    final Path named = folder.resolve("v" + version + "-" + sha256.substring(0, 12));
    Files.createDirectories(named);
    Files.move(file, named.resolve("model.safetensors"));
    return new PublishedWeights(version, named.toString(), sha256);
  }

  @Test
  void shouldTakeAFolderNamedForItsVersionAndDigest() throws IOException {
    final PublishedWeights weights = write(3);
    assertEquals(Path.of(weights.folder()), WeightsFolder.check(weights));
  }

  @Test
  void shouldNameTheFileThatIsNotThere() throws IOException {
    final PublishedWeights weights = write(3);
    Files.delete(Path.of(weights.folder(), "model.safetensors"));
    final WeightsRefusedException refused =
        assertThrows(WeightsRefusedException.class, () -> WeightsFolder.check(weights));
    assertTrue(refused.isMissing());
    assertTrue(refused.getMessage().contains("has no model.safetensors"), refused.getMessage());
  }

  @Test
  void shouldRefuseWeightsThatAreNotWhatWasDigested() throws IOException {
    final PublishedWeights weights = write(3);
    Files.writeString(Path.of(weights.folder(), "model.safetensors"), "other numbers");
    final WeightsRefusedException refused =
        assertThrows(WeightsRefusedException.class, () -> WeightsFolder.check(weights));
    assertTrue(refused.getMessage().contains("write it again"), refused.getMessage());
    final Path other = Path.of(weights.folder(), "model.safetensors");
    assertFalse(
        refused.getMessage().contains(DurableFile.digest(other).sha256()), refused.getMessage());
    assertTrue(
        refused.getMessage().contains("the current weights stay in use"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"model.safetensors", "config.json"})
  void shouldFollowNoLinkAndTellNothingOfWhatItNames(final String name) throws IOException {
    final PublishedWeights weights = write(3);
    final Path secret = Files.writeString(folder.resolve("secret"), "the key is 42");
    final Path file = Path.of(weights.folder(), name);
    Files.deleteIfExists(file);
    Files.createSymbolicLink(file, secret);

    final WeightsRefusedException refused =
        assertThrows(WeightsRefusedException.class, () -> WeightsFolder.check(weights));

    assertTrue(refused.getMessage().contains(name + " is a symbolic link"), refused.getMessage());
    assertFalse(
        refused.getMessage().contains(DurableFile.digest(secret).sha256().substring(0, 12)),
        refused.getMessage());
  }

  @Test
  void shouldRefuseAFolderOfAnotherVersion() throws IOException {
    final PublishedWeights weights = write(3);
    final PublishedWeights other = new PublishedWeights(4, weights.folder(), weights.sha256());
    final WeightsRefusedException refused =
        assertThrows(WeightsRefusedException.class, () -> WeightsFolder.check(other));
    assertTrue(refused.getMessage().contains("its name must be v4-"), refused.getMessage());
  }
}
