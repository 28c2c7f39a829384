package dev.coppice.worlds.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** Compares with what the definitions of HotpotQA's evaluation gave when run in Python 3.11. */
class HotpotMetricGoldenTest {
  @Test
  void shouldScoreAsTheEvaluationOfHotpotQaDoes() throws Exception {
    final JsonNode rows;
    try (InputStream stream = getClass().getResourceAsStream("hotpot-metric.json")) {
      rows = new ObjectMapper().readTree(stream);
    }

    assertTrue(rows.size() >= 40, "rows=" + rows.size());
    for (final JsonNode row : rows) {
      final String said = row.path("prediction").asText();
      final String right = row.path("truth").asText();
      assertEquals(row.path("normalised").asText(), HotpotMetric.normalised(said), "" + row);
      assertEquals(row.path("em").asDouble(), HotpotMetric.exactMatch(said, right), "" + row);
      assertEquals(row.path("f1").asDouble(), HotpotMetric.f1(said, right), 1e-12, "" + row);
    }
  }
}
