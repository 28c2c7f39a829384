package dev.coppice.bench.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.bench.MeasureCommand;
import dev.coppice.decoder.convert.RandomModel;
import dev.coppice.decoder.files.ModelDimensions;
import dev.coppice.decoder.files.TensorType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DecodeBenchCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  /** Holds what a command came to. */
  private record Result(int status, String out, String err) {}

  @BeforeAll
  static void writeModel() throws IOException {
    RandomModel.write(
        folder,
        RandomModel.llama(new ModelDimensions(32, 48, 1, 20, 400), 2, 1, true),
        TensorType.F32,
        1);
  }

  private static Result execute(final String input, final String... arguments) {
    final InputStream in = System.in;
    final PrintStream out = System.out;
    final PrintStream err = System.err;
    final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      final int status = MeasureCommand.commandLine().execute(arguments);
      return new Result(
          status,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(in);
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static String[] call(final String... more) {
    final List<String> arguments = new ArrayList<>(List.of("decode-bench", "--model"));
    arguments.add(folder.toString());
    final List<String> given = List.of(more);
    for (final List<String> usual :
        List.of(List.of("--shared", "70"), List.of("--new", "3"), List.of("--repeats", "1"))) {
      if (!given.contains(usual.getFirst())) {
        arguments.addAll(usual);
      }
    }
    arguments.addAll(given);
    return arguments.toArray(new String[0]);
  }

  @ParameterizedTest
  @CsvSource({
    "--batch 0, sizes must be at least 1",
    "--batch 5000, 4096 branches",
    "--batch 2 --dtype f64, 'dtype must be one of f32, bf16'",
    "--batch 2 --threads 0, threads must be 1 to 1024",
    "--batch 2 --layout heap, '--layout must be flat, levels or ragged: heap'",
    "--batch 2 --repeats 0, repeats must be 1 to 1000",
    "--batch two, 'Invalid value for option ''--batch'''",
    "--dtype f32, 'Missing required option: ''--batch=B'",
    "--batch 2 --shape m110, mutually exclusive",
  })
  void shouldNameWhatIsWrongWithACallAndEndWithTwo(final String wrong, final String said) {
    final Result result = execute("", call(wrong.split(" ")));

    assertEquals(2, result.status(), result.err());
    assertTrue(result.err().contains(said), result.err());
    assertEquals("", result.out());
  }

  @Test
  void shouldRefuseBranchesThatExceedTheContext() {
    final Result result = execute("", call("--batch", "2", "--new", "400", "--dtype", "f32"));

    assertEquals(2, result.status(), result.err());
    assertTrue(result.err().contains("exceed the context: shared=70 new=400"), result.err());
  }

  @Test
  void shouldRefuseAShapeItDoesNotKnow() {
    final Result result =
        execute("", "decode-bench --shape m7000 --shared 8 --new 2 --batch 1".split(" "));

    assertEquals(2, result.status(), result.err());
    assertTrue(result.err().contains("m7000"), result.err());
  }

  @Test
  void shouldPrintAnObjectForEveryBatchAsTheFormatSays() throws IOException {
    final Result result =
        execute("", call("--batch", "1,3", "--dtype", "f32", "--unshared", "--json"));

    assertEquals(0, result.status(), result.err());
    assertEquals(1, result.out().lines().count(), result.out());
    final JsonNode cells = JSON.readTree(result.out());
    assertEquals(2, cells.size());
    for (int i = 0; i < 2; i++) {
      final JsonNode cell = cells.get(i);
      assertEquals(70, cell.get("shared").asInt());
      assertEquals(i == 0 ? 1 : 3, cell.get("batch").asInt());
      assertEquals(3, cell.get("new").asInt());
      assertEquals("f32", cell.get("dtype").asText());
      assertEquals(1, cell.get("threads").asInt());
      for (final String figure :
          new String[] {"prefill_tps", "decode_tps", "unshared_decode_tps", "kv_bytes"}) {
        assertTrue(cell.get(figure).asDouble() > 0, figure + " in " + cell);
      }
    }
    assertTrue(result.err().contains("GFLOP/s"), "the kernels' rates are told: " + result.err());
  }

  @Test
  void shouldDrawATableOfWhatWasAskedForAlone() {
    final Result result = execute("", call("--batch", "1,3", "--dtype", "f32"));

    assertEquals(0, result.status(), result.err());
    final List<String> lines = result.out().lines().toList();
    assertEquals(3, lines.size(), result.out());
    assertEquals(
        "layout  dtype  threads  shared  new  batch  prefill t/s  decode t/s  kv MiB",
        lines.getFirst());
    assertTrue(lines.get(2).matches("flat {4}f32 .* 70 +3 +3 .*"), lines.get(2));
    assertFalse(result.out().contains("unshared"), result.out());
  }

  @Test
  void shouldMeasureOnceForEveryLineOfInputWhenPaced() throws IOException {
    final Result result = execute("go\ngo\n", call("--batch", "2", "--dtype", "f32", "--paced"));

    assertEquals(0, result.status(), result.err());
    final List<String> lines = result.out().lines().toList();
    assertEquals(2, lines.size(), result.out());
    for (final String line : lines) {
      assertEquals(2, JSON.readTree(line).get(0).get("batch").asInt(), line);
    }
  }
}
