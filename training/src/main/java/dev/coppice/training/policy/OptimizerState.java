package dev.coppice.training.policy;

import dev.coppice.decoder.files.SafetensorsReader;
import dev.coppice.decoder.files.SafetensorsWriter;
import dev.coppice.decoder.files.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds what an optimizer remembers between updates.
 *
 * @param updates made so far.
 * @param moments first all means, then all mean squares, in the order of the weights.
 * @thread immutable by agreement, any thread
 */
public record OptimizerState(int updates, List<float[]> moments) {
  private static final String UPDATES = "updates";
  private static final String MOMENT = "moment.";

  /**
   * Writes the state as safetensors.
   *
   * @param file to write; the caller sees to it that nobody reads it half-written.
   * @throws IOException if it cannot be written.
   */
  public void write(final Path file) throws IOException {
    final SafetensorsWriter writer = new SafetensorsWriter();
    writer.add(UPDATES, TensorType.F32, new float[] {updates}, 1);
    for (int i = 0; i < moments.size(); i++) {
      writer.add(MOMENT + i, TensorType.F32, moments.get(i), moments.get(i).length);
    }
    writer.write(file);
  }

  /**
   * Reads a state.
   *
   * @param file as {@link #write} left it.
   * @return the state.
   * @throws dev.coppice.chat.files.ModelFileException if it is not there or damaged.
   */
  public static OptimizerState read(final Path file) {
    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      final List<float[]> moments = new ArrayList<>();
      while (reader.names().contains(MOMENT + moments.size())) {
        moments.add(floats(reader, MOMENT + moments.size()));
      }
      return new OptimizerState((int) floats(reader, UPDATES)[0], moments);
    }
  }

  private static float[] floats(final SafetensorsReader reader, final String name) {
    final float[] values = new float[(int) reader.shape(name)[0]];
    reader.read(name, MemorySegment.ofArray(values));
    return values;
  }
}
