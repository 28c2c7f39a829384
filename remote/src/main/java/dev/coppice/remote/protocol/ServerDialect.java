package dev.coppice.remote.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.coppice.trajectory.SamplingSettings;
import java.io.IOException;

/**
 * Knows how one kind of server is asked for tokens.
 *
 * @thread any; readers one at a time.
 */
public interface ServerDialect {
  /**
   * Returns where requests go.
   *
   * @return the path of the address.
   */
  String path();

  /**
   * Writes a request.
   *
   * @param request to write.
   * @param json to write to.
   * @throws IOException if it cannot be written.
   */
  void write(ServerRequest request, JsonGenerator json) throws IOException;

  /**
   * Reads the answer to a request.
   *
   * @param request that was sent.
   * @param answer to fill.
   * @return what takes in its events.
   */
  AnswerReader reader(ServerRequest request, ServerAnswer answer);

  /**
   * Says which log-probabilities come with tokens drawn with these settings, as the server is set up.
   *
   * @param sampling settings.
   * @param scale whether the server's numbers follow the temperature: found by a probe.
   * @return null where they are of the distribution drawn from, else what would mend it.
   */
  String lack(SamplingSettings sampling, LogprobScale scale);

  /**
   * Says whether the server tells the ids of what it sampled, and their log-probabilities.
   *
   * @return false where texts come alone: such tokens are good for an evaluation, not for training.
   */
  default boolean tellsTokens() {
    return true;
  }

  /** Says what a server's log-probabilities follow. */
  enum LogprobScale {
    /** The temperature, and the cuts where there are any. */
    DRAWN,
    /** The temperature alone. */
    TEMPERED,
    /** Nothing: they are the model's own. */
    RAW
  }
}
