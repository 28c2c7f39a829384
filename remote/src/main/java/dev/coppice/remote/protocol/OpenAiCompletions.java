package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.coppice.model.Tokenizer;
import dev.coppice.model.Work;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;
import java.util.List;

/**
 * Speaks OpenAI's {@code /v1/completions}, where texts travel and no token ids: the path is written out,
 * and what comes is split by the model's tokenizer, which need not be how it was sampled.
 *
 * <p>So the tokens have no log-probability: it is NaN, and nobody trains on them.
 */
public final class OpenAiCompletions implements ServerDialect {
  private final Tokenizer tokenizer;

  /**
   * Makes a dialect of texts.
   *
   * @param tokenizer that turns paths into texts and answers into ids.
   */
  public OpenAiCompletions(final Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public String path() {
    return "/v1/completions";
  }

  @Override
  public boolean tellsTokens() {
    return false;
  }

  @Override
  public void write(final ServerRequest request, final JsonGenerator json) throws IOException {
    final SamplingSettings sampling = request.want().terms().sampling();
    json.writeStartObject();
    json.writeStringField("model", request.place().model());
    json.writeStringField("prompt", text(request.path()));
    json.writeNumberField("max_tokens", request.mostTokens());
    json.writeNumberField("temperature", sampling.temperature());
    json.writeNumberField("top_p", sampling.topP());
    json.writeNumberField("seed", request.seed() & 0x7fffffffL);
    json.writeBooleanField("stream", true);
    json.writeEndObject();
  }

  /** Servers put the token before a prompt that begins a sequence. */
  private String text(final int[] path) {
    final boolean isBegun = path.length > 0 && path[0] == tokenizer.beginToken();
    final boolean isTurn = isBegun && tokenizer.isEnd(path[0]);
    if (!isBegun || isTurn || path.length == 1) {
      return tokenizer.decode(path);
    }
    final int[] rest = new int[path.length - 1];
    System.arraycopy(path, 1, rest, 0, rest.length);
    return tokenizer.decode(rest);
  }

  @Override
  public String lack(final SamplingSettings sampling, final LogprobScale scale) {
    return null; // None are claimed.
  }

  @Override
  public AnswerReader reader(final ServerRequest request, final ServerAnswer answer) {
    return new Reader(tokenizer, request, answer);
  }

  /** Gathers the text; a stop text ends it here, since the protocol does not tell which stop it was. */
  private static final class Reader extends AnswerReader {
    private final Tokenizer tokenizer;
    private final int most;
    private final Work.Stops stops;
    private final StringBuilder text = new StringBuilder();
    private int searched;
    private Finish finish;
    private boolean isSplit;

    Reader(final Tokenizer tokenizer, final ServerRequest request, final ServerAnswer answer) {
      super(answer);
      this.tokenizer = tokenizer;
      most = request.mostTokens();
      stops = request.want().terms().stops();
    }

    @Override
    void field(final String name, final JsonParser json) throws IOException {
      if (name.equals("choices") && json.currentToken() == JsonToken.START_ARRAY) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            final String field = json.currentName();
            json.nextToken();
            choice(field, json);
          }
        }
      } else {
        json.skipChildren();
      }
    }

    private void choice(final String name, final JsonParser json) throws IOException {
      final boolean isText = json.currentToken() == JsonToken.VALUE_STRING;
      if (name.equals("text") && isText) {
        text.append(json.getText());
      } else if (name.equals("finish_reason") && isText) {
        finish = Finish.of(json.getText());
      } else {
        json.skipChildren();
      }
    }

    @Override
    void endEvent() throws IOException {
      if (answer.failure() != null) {
        return;
      }
      final int end = endOfStop(stops.texts());
      if (end >= 0) {
        text.setLength(end);
        split(Finish.STOP, false);
        answer.ended();
        throw new IOException("cut at a stop text");
      }
      if (finish != null) {
        split(finish, finish == Finish.STOP);
        answer.ended();
      }
    }

    /** Finds the end of the first stop text, or -1. */
    private int endOfStop(final List<String> texts) {
      int first = -1;
      for (final String stop : texts) {
        final int at = text.indexOf(stop, Math.max(0, searched - stop.length()));
        if (at >= 0 && (first < 0 || at + stop.length() < first)) {
          first = at + stop.length();
        }
      }
      searched = text.length();
      return first;
    }

    /** Splits the text into tokens; where the model ended the sequence, that token is written out. */
    private void split(final Finish reason, final boolean hasEnded) {
      if (isSplit) {
        return;
      }
      isSplit = true;
      final int[] tokens = text.isEmpty() ? new int[0] : tokenizer.encode(text.toString());
      final int kept = Math.min(most, tokens.length);
      for (int i = 0; i < kept; i++) {
        answer.add(tokens[i], Float.NaN);
      }
      final boolean isOpen = kept < most && (kept == 0 || !tokenizer.isEnd(tokens[kept - 1]));
      if (hasEnded && isOpen && tokenizer.endToken() >= 0) {
        answer.add(tokenizer.endToken(), Float.NaN);
      }
      answer.finish(reason);
    }

    /** What a stream that was cut had told is kept, as of other servers. */
    @Override
    public void end() {
      if (!text.isEmpty()) {
        split(Finish.UNKNOWN, false);
      }
    }
  }
}
