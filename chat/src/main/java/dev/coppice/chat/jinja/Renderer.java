package dev.coppice.chat.jinja;

import dev.coppice.chat.call.Arguments;
import dev.coppice.chat.call.Callable;
import dev.coppice.chat.syntax.Expression;
import dev.coppice.chat.syntax.Statement;
import dev.coppice.chat.syntax.Statement.Target;
import dev.coppice.chat.value.Namespace;
import dev.coppice.chat.value.PythonText;
import dev.coppice.chat.value.Sequences;
import dev.coppice.chat.value.TemplateException;
import dev.coppice.chat.value.Undefined;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs statements.
 *
 * <p>Loops, macros and blocks have scopes of their own, an {@code if} has not; each turn of a loop
 * begins with a new scope.
 *
 * @thread one at a time, one rendering.
 */
final class Renderer {
  private final Meter meter;
  private final Evaluator evaluator;

  /** How a body ended. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Renderer(final Meter meter) {
    this.meter = meter;
    evaluator = new Evaluator(meter);
  }

  String render(final List<Statement> body, final Scope scope) {
    final StringBuilder out = new StringBuilder();
    run(body, scope, out);
    return out.toString();
  }

  private Flow run(final List<Statement> body, final Scope scope, final StringBuilder out) {
    for (final Statement statement : body) {
      meter.step();
      final Flow flow = run(statement, scope, out);
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow run(final Statement statement, final Scope scope, final StringBuilder out) {
    switch (statement) {
      case Statement.Text text -> write(text.text(), out);
      case Statement.Print print ->
          write(PythonText.str(evaluator.value(print.value(), scope)), out);
      case Statement.If branches -> {
        return branch(branches, scope, out);
      }
      case Statement.For loop -> loop(loop, evaluator.value(loop.items(), scope), 0, scope, out);
      case Statement.Set set -> assign(set.target(), evaluator.value(set.value(), scope), scope);
      case Statement.SetBlock block -> {
        final Object text = filtered(block.filter(), block.body(), scope);
        assign(block.target(), text, scope);
      }
      case Statement.Macro macro ->
          scope.set(macro.name(), new Macro(macro.name(), macro.signature(), macro.body(), scope));
      case Statement.CallBlock block -> write(call(block, scope), out);
      case Statement.FilterBlock block ->
          write(PythonText.str(filtered(block.filter(), block.body(), scope)), out);
      case Statement.With with -> {
        return with(with, scope, out);
      }
      case Statement.Scoped scoped -> {
        return run(scoped.body(), new Scope(scope), out);
      }
      case Statement.Jump jump -> {
        return jump.leaves() ? Flow.BREAK : Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private void write(final String text, final StringBuilder out) {
    out.append(text);
    meter.output(out);
  }

  private Flow branch(final Statement.If branches, final Scope scope, final StringBuilder out) {
    for (int i = 0; i < branches.conditions().size(); i++) {
      if (Sequences.truth(evaluator.value(branches.conditions().get(i), scope))) {
        return run(branches.bodies().get(i), scope, out);
      }
    }
    return run(branches.otherwise(), scope, out);
  }

  private void loop(
      final Statement.For loop,
      final Object over,
      final int depth,
      final Scope scope,
      final StringBuilder out) {
    final List<Object> items = new ArrayList<>();
    for (final Object item : Sequences.iterate(over)) {
      meter.step();
      if (loop.condition() == null || meets(loop, item, scope)) {
        items.add(item);
      }
    }
    if (items.isEmpty()) {
      run(loop.otherwise(), new Scope(scope), out);
      return;
    }
    final Callable again =
        loop.recursive() ? args -> again(loop, args.need(0, "iterable"), depth + 1, scope) : null;
    final LoopState state = new LoopState(items, depth, again);
    for (int i = 0; i < items.size(); i++) {
      state.move(i);
      final Scope inner = new Scope(scope);
      inner.set("loop", state);
      assign(loop.target(), items.get(i), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
  }

  private Object again(
      final Statement.For loop, final Object items, final int depth, final Scope scope) {
    final StringBuilder inner = new StringBuilder();
    meter.enter();
    loop(loop, items, depth, scope, inner);
    meter.leave();
    return inner.toString();
  }

  private boolean meets(final Statement.For loop, final Object item, final Scope scope) {
    final Scope inner = new Scope(scope);
    assign(loop.target(), item, inner);
    return Sequences.truth(evaluator.value(loop.condition(), inner));
  }

  private void assign(final Target target, final Object value, final Scope scope) {
    switch (target) {
      case Target.Variable variable -> scope.set(variable.name(), value);
      case Target.Slot slot -> {
        final Object owner = scope.get(slot.owner());
        if (!(owner instanceof Namespace namespace)) {
          throw new TemplateException(
              "cannot assign attribute on non-namespace object: " + slot.owner());
        }
        namespace.set(slot.name(), value);
      }
      case Target.Several several -> {
        final List<Object> items = Sequences.list(value);
        if (items.size() != several.parts().size()) {
          throw new TemplateException(
              "cannot take a sequence apart: expected=%d length=%d"
                  .formatted(several.parts().size(), items.size()));
        }
        for (int i = 0; i < items.size(); i++) {
          assign(several.parts().get(i), items.get(i), scope);
        }
      }
    }
  }

  private Object filtered(final Expression filter, final List<Statement> body, final Scope scope) {
    final String text = render(body, new Scope(scope));
    return filter == null ? text : evaluator.filter((Expression.Filter) filter, text, scope);
  }

  private Flow with(final Statement.With with, final Scope scope, final StringBuilder out) {
    final Scope inner = new Scope(scope);
    for (int i = 0; i < with.targets().size(); i++) {
      assign(with.targets().get(i), evaluator.value(with.values().get(i), scope), inner);
    }
    return run(with.body(), inner, out);
  }

  private String call(final Statement.CallBlock block, final Scope scope) {
    final Macro caller = new Macro("caller", block.signature(), block.body(), scope);
    return PythonText.str(evaluator.call(block.call(), scope, caller));
  }

  /** Is a macro with the scope it was defined in. */
  private final class Macro implements Callable {
    private final String name;
    private final Statement.Signature signature;
    private final List<Statement> body;
    private final Scope home;

    Macro(
        final String name,
        final Statement.Signature signature,
        final List<Statement> body,
        final Scope home) {
      this.name = name;
      this.signature = signature;
      this.body = body;
      this.home = home;
    }

    @Override
    public Object call(final Arguments args) {
      final Scope scope = new Scope(home);
      final List<String> names = signature.names();
      final Object caller = args.named().get("caller");
      final Arguments given = MacroArguments.bind(name, names, args, scope);
      scope.set("varargs", new dev.coppice.chat.value.Tuple(given.positional()));
      scope.set("kwargs", given.named());
      scope.set("caller", caller == null ? new Undefined("No caller defined") : caller);
      final int required = names.size() - signature.defaults().size();
      for (int i = 0; i < names.size(); i++) {
        if (i < args.positional().size() || args.named().containsKey(names.get(i))) {
          continue;
        }
        scope.set(
            names.get(i),
            i < required
                ? new Undefined("parameter '" + names.get(i) + "' was not provided")
                : evaluator.value(signature.defaults().get(i - required), scope));
      }
      meter.enter();
      final String text = render(body, scope);
      meter.leave();
      return text;
    }
  }
}
