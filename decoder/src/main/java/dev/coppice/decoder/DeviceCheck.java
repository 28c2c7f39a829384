package dev.coppice.decoder;

import ai.djl.engine.Engine;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/**
 * Refuses a device this build cannot compute on, before any file of the model is opened.
 *
 * @thread any.
 */
final class DeviceCheck {
  private static final String NATIVES = "native/lib/pytorch.properties";

  private DeviceCheck() {}

  /**
   * Checks a device.
   *
   * @param device of {@link DecoderSettings}.
   * @throws IllegalArgumentException naming what is missing.
   */
  static void require(final String device) {
    if (device.equals("cpu")) {
      return;
    }
    final List<String> flavors = flavors();
    if (flavors.stream().noneMatch(flavor -> flavor.startsWith("cu"))) {
      throw new IllegalArgumentException(
          "device "
              + device
              + " needs PyTorch natives built for CUDA, the class path has "
              + flavors
              + "; add ai.djl.pytorch:pytorch-native-cu128 (docs/GPU.md) or use cpu: device="
              + device);
    }
    final int number = device.equals("cuda") ? 0 : Integer.parseInt(device.substring(5));
    final int there = Engine.getEngine("PyTorch").getGpuCount();
    if (number >= there) {
      throw new IllegalArgumentException(
          "there is no such device: device=" + device + " devices=" + there);
    }
  }

  /** Lists the flavours of the natives on the class path, such as cpu or cu128. */
  private static List<String> flavors() {
    try {
      final var places = Collections.list(DeviceCheck.class.getClassLoader().getResources(NATIVES));
      return places.stream().map(DeviceCheck::flavor).distinct().sorted().toList();
    } catch (final IOException e) {
      return List.of();
    }
  }

  private static String flavor(final java.net.URL place) {
    final Properties properties = new Properties();
    try (var stream = place.openStream()) {
      properties.load(stream);
    } catch (final IOException e) {
      return "unreadable";
    }
    return properties.getProperty("flavor", "unknown").toLowerCase(Locale.ROOT);
  }
}
