package dev.coppice.app.config;

import dev.coppice.allocation.AllocationPlug;
import dev.coppice.app.report.MetricPlug;
import dev.coppice.credit.EstimatorPlug;
import dev.coppice.environments.EnvironmentPlug;
import dev.coppice.model.RunnerPlug;
import dev.coppice.plug.Plug;
import dev.coppice.plug.PlugKind;
import dev.coppice.plug.Plugs;
import dev.coppice.scheduling.PolicyPlug;
import java.util.List;

/**
 * Lists the kinds of plug, each with the section that holds their options: {@code
 * SECTION.PLUG.OPTION}.
 */
public enum PlugSection {
  /** How trees branch. */
  POLICIES("tree", PolicyPlug.KIND),
  /** How credit is given. */
  ESTIMATORS("credit", EstimatorPlug.KIND),
  /** What is solved. */
  ENVIRONMENTS("task", EnvironmentPlug.KIND),
  /** What a report has columns of. */
  METRICS("report", MetricPlug.KIND),
  /** Where the budget is put. */
  ALLOCATIONS("budget", AllocationPlug.KIND),
  /** What runs models; keys {@code model.ENGINE.OPTION}. */
  ENGINES("model", RunnerPlug.KIND);

  private final String section;
  private final PlugKind<? extends Plug> kind;

  PlugSection(final String section, final PlugKind<? extends Plug> kind) {
    this.section = section;
    this.kind = kind;
  }

  /**
   * Returns the section of the options.
   *
   * @return its name.
   */
  public String section() {
    return section;
  }

  /**
   * Returns the kind.
   *
   * @return the kind.
   */
  public PlugKind<? extends Plug> kind() {
    return kind;
  }

  /**
   * Looks for the plugs of the kind.
   *
   * @return all on the class path.
   */
  public List<Plug> plugs() {
    return List.copyOf(Plugs.of(kind).all());
  }

  /** Returns the section of a kind. */
  static PlugSection of(final PlugKind<?> kind) {
    for (final PlugSection section : values()) {
      if (section.kind.equals(kind)) {
        return section;
      }
    }
    throw new IllegalArgumentException("a kind without a section: kind=" + kind.plural());
  }
}
