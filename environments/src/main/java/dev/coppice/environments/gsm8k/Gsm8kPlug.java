package dev.coppice.environments.gsm8k;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.replay.ScriptedEnvironment;
import dev.coppice.environments.text.TextPlug;
import dev.coppice.environments.text.TextTaskset;
import dev.coppice.environments.toolworld.CallFormat;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;
import java.util.List;

/**
 * Offers {@code gsm8k}.
 *
 * @thread any; immutable.
 */
public final class Gsm8kPlug extends NamedPlug implements TextPlug {
  /** Makes the plug. */
  public Gsm8kPlug() {
    super(Gsm8kEnvironment.NAME, "Word problems of GSM8K with a calculator in the text.");
  }

  @Override
  public List<String> splits() {
    return List.of("train", "test");
  }

  @Override
  public String data() {
    return "the folder with train.jsonl and test.jsonl";
  }

  @Override
  public String usualPath() {
    return "../shared/data/gsm8k";
  }

  @Override
  public CallFormat format() {
    return CalculatorWorld.FORMAT;
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new TextTaskset(textual(request), format(), CalculatorWorld::new);
  }

  @Override
  public ScriptedEnvironment textual(final TaskRequest request) {
    return new Gsm8kEnvironment(
        request.file(),
        request.split(),
        request.count(),
        request.seed(),
        request.promptOr(Gsm8kEnvironment.DEFAULT_PROMPT));
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
