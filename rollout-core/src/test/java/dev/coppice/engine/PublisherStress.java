package dev.coppice.engine;

import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.WatchedRunner;
import dev.coppice.model.LoadedWeights;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Weights that are loaded while the engine closes are handed over or released, never both. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "handed over before the close")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "released after the close")
@Outcome(expect = Expect.FORBIDDEN, desc = "leaked, or used after release")
@State
public class PublisherStress {
  private final AtomicInteger handed = new AtomicInteger();
  private final AtomicInteger released = new AtomicInteger();
  private final WeightPublisher publisher =
      new WeightPublisher(new Counted(released), 0, message -> handed.incrementAndGet());
  private final WeightPublisher.Publication publication =
      new WeightPublisher.Publication(Path.of("v1"), 1, new CompletableFuture<>());

  /** Loads nothing and counts what is released. */
  private static final class Counted extends WatchedRunner {
    private final AtomicInteger released;

    Counted(final AtomicInteger released) {
      super(ScriptedRunner.letters(ScriptedRunner.Manners.BEST));
      this.released = released;
    }

    @Override
    public LoadedWeights load(final Path folder) {
      return released::incrementAndGet;
    }
  }

  /** Ends a load. */
  @Actor
  public void loader() {
    publisher.load(publication);
  }

  /** Closes. */
  @Actor
  public void closer() {
    publisher.close();
  }

  /** Judges. */
  @Arbiter
  public void judge(final II_Result result) {
    result.r1 = handed.get();
    result.r2 = released.get();
  }
}
