package dev.coppice.engine;

import dev.coppice.model.LoadedWeights;
import dev.coppice.model.ModelRunner;
import dev.coppice.model.WeightsException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Loads weights on a thread of its own and hands them to the engine thread, one at a time.
 *
 * @thread {@link #publish} and {@link #close} any; {@link #switched} the engine thread.
 */
final class WeightPublisher implements AutoCloseable {
  private final ModelRunner runner;
  private final Consumer<Object> inbox;
  private volatile int version;
  private Publication current;
  private boolean closed;

  WeightPublisher(final ModelRunner runner, final int firstVersion, final Consumer<Object> inbox) {
    this.runner = runner;
    this.version = firstVersion;
    this.inbox = inbox;
  }

  /**
   * One set of weights on its way; a message to the engine thread once they are loaded.
   *
   * @param folder of the weights.
   * @param version they get.
   * @param done completed with the version once rollouts sample from it.
   */
  record Publication(Path folder, int version, CompletableFuture<Integer> done) {}

  /** Weights that are loaded and wait for the engine thread. */
  record Loaded(Publication publication, LoadedWeights weights) {}

  /** The version that new trees start on. */
  int version() {
    return version;
  }

  synchronized CompletableFuture<Integer> publish(final Path folder, final int newVersion) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    if (current != null) {
      throw new IllegalStateException(
          "version " + current.version() + " is still being published; wait for it");
    }
    if (newVersion != version + 1) {
      throw new IllegalArgumentException(
          "versions rise by one: version=" + newVersion + " expected=" + (version + 1));
    }
    current = new Publication(folder, newVersion, new CompletableFuture<>());
    final Publication publication = current;
    Thread.ofPlatform().name("coppice-weights").daemon(true).start(() -> load(publication));
    return publication.done();
  }

  /** Loads and hands over, or releases what nobody will take any more. */
  void load(final Publication publication) {
    final LoadedWeights weights;
    try {
      weights = runner.load(publication.folder());
    } catch (final WeightsException e) {
      refused(publication, e);
      return;
    } catch (final RuntimeException | OutOfMemoryError e) {
      refused(
          publication,
          new WeightsException(
              "the weights in " + publication.folder() + " are unusable: " + e, e));
      return;
    }
    synchronized (this) {
      // Under the lock, so that whoever closes finds the weights in the inbox or never.
      if (!closed) {
        inbox.accept(new Loaded(publication, weights));
        return;
      }
    }
    weights.close();
  }

  private void refused(final Publication publication, final WeightsException reason) {
    synchronized (this) {
      current = null;
    }
    publication.done().completeExceptionally(reason);
  }

  /** Tells that rollouts sample from weights now. */
  void switched(final Publication publication) {
    synchronized (this) {
      version = publication.version();
      current = null;
    }
    publication.done().complete(publication.version());
  }

  /** Gives up what is on its way; weights that are still being read are released when they are. */
  @Override
  public void close() {
    final Publication left;
    synchronized (this) {
      closed = true;
      left = current;
      current = null;
    }
    if (left != null) {
      left.done()
          .completeExceptionally(
              new WeightsException(
                  "the engine ended before version " + left.version() + " was used", null));
    }
  }
}
