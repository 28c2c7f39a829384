package dev.coppice.environments.boxes;

import dev.coppice.environments.TaskRequest;
import dev.coppice.environments.WorldPlug;
import dev.coppice.environments.arithmetic.Split;
import dev.coppice.environments.toolworld.Taskset;
import dev.coppice.plug.NamedPlug;
import dev.coppice.plug.PlugOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Offers {@code boxes}.
 *
 * @thread any; immutable.
 */
public final class BoxesPlug extends NamedPlug implements WorldPlug {
  /** Pairs are drawn, so whoever wants all of them gets so many. */
  private static final int DRAWN_TASKS = 100;

  private static final String[][] EXAMPLES = {
    {"a3", "k7"}, {"m2", "c9"}, {"x5", "b4"}, {"t8", "g6"}, {"n2", "p3"}
  };

  /** Makes the plug. */
  public BoxesPlug() {
    super(
        BoxesTaskset.NAME,
        "Look into two boxes, then say the result: gathers first, decides late.",
        PlugOption.choice("rule", "What is asked of the two digits.", "larger", "plus"));
  }

  @Override
  public List<String> splits() {
    return List.of("train", "held-out");
  }

  /** Shows five worked examples, so that a small model without training knows what to do. */
  @Override
  public String template(final TaskRequest request) {
    return request.promptOr(workedExamples(rule(request)));
  }

  private String workedExamples(final Boxes.Rule rule) {
    final StringBuilder text = new StringBuilder("Look into both boxes, then say the result.\n\n");
    for (final String[] pair : EXAMPLES) {
      final Boxes boxes = new Boxes(pair[0], pair[1], rule);
      text.append("Task: ").append(boxes.request()).append('\n');
      for (int i = 0; i < pair.length; i++) {
        text.append(i + 1)
            .append(". ")
            .append(format().call("look", Map.of("box", pair[i])))
            .append('\n')
            .append(format().observation("\"" + Boxes.inside(pair[i]) + "\""))
            .append('\n');
      }
      text.append("3. ")
          .append(Boxes.inside(boxes.first()))
          .append(' ')
          .append(rule.sign())
          .append(' ')
          .append(Boxes.inside(boxes.second()))
          .append(" = ")
          .append(format().answer(String.valueOf(boxes.answer())))
          .append("\n\n");
    }
    return text + "Task: {request}\n";
  }

  @Override
  public Taskset taskset(final TaskRequest request) {
    return new BoxesTaskset(
        request.split().equals("train") ? Split.TRAIN : Split.HELD_OUT,
        rule(request),
        request.countOr(DRAWN_TASKS),
        request.seed());
  }

  private static Boxes.Rule rule(final TaskRequest request) {
    return Boxes.Rule.valueOf(request.options().text("rule").toUpperCase(Locale.ROOT));
  }

  @Override
  public boolean isPure() {
    return true;
  }
}
