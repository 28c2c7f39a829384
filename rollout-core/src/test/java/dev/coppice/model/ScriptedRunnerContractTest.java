package dev.coppice.model;

import dev.coppice.fixture.ModelRunnerContract;
import dev.coppice.fixture.ScriptedRunner;
import dev.coppice.fixture.ScriptedRunner.Manners;
import org.junit.jupiter.api.Nested;

/** The scripted runner keeps the contract of the port, at its best and as a server behaves. */
final class ScriptedRunnerContractTest {
  @Nested
  final class AtItsBest extends ModelRunnerContract {
    @Override
    protected ModelRunner runner() {
      return ScriptedRunner.letters(Manners.BEST);
    }
  }

  @Nested
  final class ManyTokensOutOfOrder extends ModelRunnerContract {
    @Override
    protected ModelRunner runner() {
      return ScriptedRunner.letters(Manners.OF_A_SERVER);
    }
  }

  /** Every tenth answer is lost, and what was released is answered all the same. */
  @Nested
  final class LossyAndLate extends ModelRunnerContract {
    @Override
    protected ModelRunner runner() {
      return ScriptedRunner.letters(new Manners(5, 9, 6, 0.1, true, 50_000_000L));
    }
  }
}
