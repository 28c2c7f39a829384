package dev.coppice.decoder.batch;

import dev.coppice.fixture.ExactDrawsContract;
import dev.coppice.model.ModelRunner;

/** The embedded runner keeps the contract of the port. */
final class BatchRunnerContractTest extends ExactDrawsContract {
  @Override
  protected ModelRunner runner() {
    return Letters.runner(new BatchConfig(5, 9, 128, 4));
  }
}
