package dev.coppice.worlds.python;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Offers {@code python}; the path, if any, is a file of limits.
 *
 * <p>The file is JSON; any of these may be left out: {@code {"memory_bytes": 536870912, "processes":
 * 16, "file_bytes": 16777216, "scratch_bytes": 33554432, "output_bytes": 4096, "cell_timeout_ms":
 * 5000}}.
 *
 * @thread any; immutable.
 */
public final class PythonPlug extends NamedPlug implements WorldPlug {
  private static final int DEFAULT_COUNT = 64;

  /** Makes the plug. */
  public PythonPlug() {
    super(PythonTaskset.NAME, "Drawn problems to be solved with a sandboxed Python session.");
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new PythonTaskset(
        request.countOr(DEFAULT_COUNT), request.seed(), limits(request.path()));
  }

  static SandboxLimits limits(final String path) {
    if (path.isEmpty()) {
      return SandboxLimits.DEFAULT;
    }
    try {
      final JsonNode file = new ObjectMapper().readTree(Path.of(path).toFile());
      final Set<String> unknown = new HashSet<>();
      file.fieldNames().forEachRemaining(unknown::add);
      final SandboxLimits usual = SandboxLimits.DEFAULT;
      final SandboxLimits limits =
          new SandboxLimits(
              number(file, "memory_bytes", usual.memoryBytes(), unknown),
              Math.toIntExact(number(file, "processes", usual.processes(), unknown)),
              number(file, "file_bytes", usual.fileBytes(), unknown),
              number(file, "scratch_bytes", usual.scratchBytes(), unknown),
              Math.toIntExact(number(file, "output_bytes", usual.outputBytes(), unknown)),
              Math.toIntExact(number(file, "cell_timeout_ms", usual.cellTimeoutMs(), unknown)));
      if (!unknown.isEmpty()) {
        throw new IllegalArgumentException("python: unknown limits: " + unknown + " in " + path);
      }
      return limits;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "python: not JSON: " + path + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("python: cannot read the limits: " + path, e);
    }
  }

  private static long number(
      final JsonNode file, final String name, final long otherwise, final Set<String> unknown) {
    unknown.remove(name);
    final JsonNode value = file.path(name);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isIntegralNumber()) {
      throw new IllegalArgumentException("python: " + name + " must be a whole number: " + value);
    }
    return value.asLong();
  }
}
