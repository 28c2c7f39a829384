package dev.coppice.decoder.batch;

import dev.coppice.fixture.ModelRunnerContract;
import dev.coppice.model.ModelRunner;

/** The embedded runner keeps the contract of the port. */
final class BatchRunnerContractTest extends ModelRunnerContract {
  @Override
  protected ModelRunner runner() {
    return Letters.runner(new BatchConfig(5, 9, 128, 4));
  }
}
