package dev.coppice.remote.control;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Knows how one kind of server is asked what it is and told what to do.
 *
 * @thread any.
 */
public interface ServerControl {
  /**
   * Asks what the server is.
   *
   * @return the facts.
   * @throws IOException if it does not say.
   * @throws InterruptedException if interrupted.
   */
  ServerFacts facts() throws IOException, InterruptedException;

  /**
   * Asks how busy the server is and what it has counted.
   *
   * @return the load; {@link ServerLoad#UNTOLD} where the server does not say.
   * @throws InterruptedException if interrupted.
   */
  ServerLoad load() throws InterruptedException;

  /**
   * Asks whether the server is alive.
   *
   * @return true if it says so.
   * @throws InterruptedException if interrupted.
   */
  boolean isHealthy() throws InterruptedException;

  /**
   * Has the server split a text into tokens.
   *
   * @param text with special tokens written out.
   * @return the ids, nothing added; null where the server cannot.
   * @throws InterruptedException if interrupted.
   */
  int[] tokenize(String text) throws InterruptedException;

  /**
   * Has the server write down a conversation of one user message.
   *
   * @param message of the user.
   * @return the ids, the model to speak next; null where the server cannot.
   * @throws InterruptedException if interrupted.
   */
  int[] tokenizeChat(String message) throws InterruptedException;

  /**
   * Has the server end a request, where closing its connection does not suffice.
   *
   * @param id of the request.
   * @throws InterruptedException if interrupted.
   */
  void abort(String id) throws InterruptedException;

  /**
   * Says what is lacking for new weights.
   *
   * @return null where the server takes them, else what would mend it.
   * @throws InterruptedException if interrupted.
   */
  String lackForWeights() throws InterruptedException;

  /**
   * Has the server go over to other weights: running requests are held, and go on with them.
   *
   * @param folder of the weights, which the server reads.
   * @param label that tells them from others.
   * @throws IOException if the server refuses; it then still has the old ones, or must be started anew.
   * @throws InterruptedException if interrupted.
   */
  void useWeights(Path folder, String label) throws IOException, InterruptedException;

  /**
   * Has the server forget what it cached: somebody else gave it new weights.
   *
   * @throws IOException if it refuses.
   * @throws InterruptedException if interrupted.
   */
  void dropCache() throws IOException, InterruptedException;
}
