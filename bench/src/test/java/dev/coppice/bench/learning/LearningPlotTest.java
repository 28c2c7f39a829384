package dev.coppice.bench.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningPlotTest {
  private static final int START = 0x444444;
  private static final int CHAINS = 0x1f6fb4;
  private static final int TREES = 0xd9822b;

  @TempDir Path folder;

  @Test
  void shouldDrawEveryArmInItsColourWithoutAScreen() throws Exception {
    System.setProperty("java.awt.headless", "true");
    for (final String arm : List.of("start", "grpo-chains", "tree-grpo")) {
      for (int seed = 0; seed < 3; seed++) {
        Files.write(folder.resolve(arm + seed + ".jsonl"), lines(arm, seed));
      }
    }
    final Path docs = folder.resolve("docs");

    LearningReport.main(new String[] {folder.toString(), docs.toString()});

    final BufferedImage image = ImageIO.read(docs.resolve("toy.png").toFile());
    assertEquals(1500, image.getWidth());
    assertEquals(560, image.getHeight());
    // A curve of 20 steps is hundreds of pixels, a mean with its error a few dozen.
    assertTrue(count(image, 0, CHAINS) > 300, "chains over tokens: " + count(image, 0, CHAINS));
    assertTrue(count(image, 1, TREES) > 300, "trees over time: " + count(image, 1, TREES));
    assertTrue(count(image, 2, START) > 50, "start held out: " + count(image, 2, START));
    assertTrue(count(image, 2, TREES) > 50, "trees held out: " + count(image, 2, TREES));
    assertTrue(Files.readString(docs.resolve("tables.md")).contains("| tree-grpo |"));
  }

  private static List<String> lines(final String arm, final int seed) throws Exception {
    final List<String> lines = new ArrayList<>();
    final int steps = arm.equals("start") ? 0 : 20;
    lines.add(
        "{'kind':'arm','task':'toy','arm':'%s','rate':0.0003,'seed':%d}".formatted(arm, seed));
    for (int step = 1; step <= steps; step++) {
      final double reward = 0.3 + 0.01 * step + 0.02 * seed + (arm.equals("tree-grpo") ? 0.1 : 0);
      lines.add(
          String.format(
              Locale.ROOT,
              "{'kind':'step','step':%d,'cost':{'computedTokens':16000,'cpuNs':2000000000},"
                  + "'figures':{'reward':%.3f}}",
              step,
              reward));
    }
    for (final String temperature : List.of("1.0", "0.6", "0.0")) {
      lines.add(
          String.format(
              Locale.ROOT,
              "{'kind':'score','step':%d,'temperature':%s,'pass':%.3f,'passOfEight':0.7}",
              steps,
              temperature,
              0.4 + 0.02 * seed + 0.002 * steps));
    }
    final List<String> json = new ArrayList<>();
    for (final String line : lines) {
      json.add(new ObjectMapper().readTree(line.replace('\'', '"')).toString());
    }
    return json;
  }

  private static int count(final BufferedImage image, final int panel, final int colour) {
    int found = 0;
    for (int x = panel * 500; x < panel * 500 + 500; x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        found += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
      }
    }
    return found;
  }
}
