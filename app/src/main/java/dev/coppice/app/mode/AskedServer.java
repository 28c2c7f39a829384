package dev.coppice.app.mode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.coppice.environments.score.Judge;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a server that speaks OpenAI's chat completions; the key, if it wants one, is the variable {@value
 * #KEY} of the environment.
 *
 * @thread any.
 */
final class AskedServer implements Judge {
  private static final String KEY = "COPPICE_JUDGE_KEY";
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final Duration ANSWER_WITHIN = Duration.ofMinutes(5);
  private static final int OK = 200;
  private static final int SHOWN = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build();
  private final URI uri;
  private final String model;

  /**
   * Names a server.
   *
   * @param named {@code http://HOST:PORT[/v1][#MODEL]}.
   */
  AskedServer(final String named) {
    final String[] parts = named.split("#", 2);
    final String base = parts[0].replaceAll("/+$", "");
    uri = URI.create((base.endsWith("/v1") ? base : base + "/v1") + "/chat/completions");
    model = parts.length == 2 ? parts[1] : "";
  }

  @Override
  public Verdict ask(final List<Map<String, Object>> messages, final int newTokens, final long seed)
      throws IOException, InterruptedException {
    final Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", model);
    body.put("messages", messages);
    body.put("max_tokens", newTokens);
    body.put("seed", seed & Integer.MAX_VALUE);
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER_WITHIN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
    final String key = System.getenv(KEY);
    if (key != null && !key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    final HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != OK) {
      throw new IOException(
          uri + " answered " + response.statusCode() + ": " + shortened(response.body()));
    }
    final JsonNode answer = JSON.readTree(response.body());
    final JsonNode text = answer.path("choices").path(0).path("message").path("content");
    if (!text.isTextual()) {
      throw new IOException(uri + " answered without a text: " + shortened(response.body()));
    }
    final JsonNode usage = answer.path("usage");
    return new Verdict(
        text.asText(),
        usage.path("prompt_tokens").asInt(),
        usage.path("completion_tokens").asInt());
  }

  private static String shortened(final String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
