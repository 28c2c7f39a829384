package dev.coppice.remote.work;

import dev.coppice.fixture.ModelRunnerContract;
import dev.coppice.model.ModelRunner;
import dev.coppice.remote.stub.StubServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** A runner over each kind of server keeps the contract of the port. */
final class RemoteRunnerContractTest {
  /** Holds a server as long as a test runs. */
  abstract static class OverAStub extends ModelRunnerContract {
    private StubServer stub;

    abstract StubServer started();

    abstract String engine();

    @Override
    protected ModelRunner runner() {
      stub = started();
      return Opened.over(engine(), stub);
    }

    @AfterEach
    void stop() {
      stub.close();
    }
  }

  @Nested
  final class Vllm extends OverAStub {
    @Override
    StubServer started() {
      return StubServer.vllm();
    }

    @Override
    String engine() {
      return "vllm";
    }
  }

  @Nested
  final class VllmCompletions extends OverAStub {
    @Override
    StubServer started() {
      final StubServer stub = StubServer.vllm();
      stub.quirks.hasGenerate = false;
      return stub;
    }

    @Override
    String engine() {
      return "vllm";
    }
  }

  @Nested
  final class Sglang extends OverAStub {
    @Override
    StubServer started() {
      return StubServer.sglang();
    }

    @Override
    String engine() {
      return "sglang";
    }
  }

  @Nested
  final class LlamaServer extends OverAStub {
    @Override
    StubServer started() {
      return StubServer.llama(4);
    }

    @Override
    String engine() {
      return "llama-server";
    }
  }
}
