package dev.coppice.environments.toolworld;

import dev.coppice.environments.canonical.CanonicalJson;
import dev.coppice.environments.tool.ArgumentList;
import dev.coppice.environments.tool.ToolException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes a world out of a class whose public methods are its tools: see {@link ToolMethod}.
 *
 * <p>What is left to write is the state: {@code reset}, {@code fork}, {@code digest} and {@code
 * reward}. A method that throws a {@link ToolException} refuses the call and must not have changed
 * anything; any other exception means that the tool failed.
 */
public abstract class MethodWorld implements ToolWorld {
  private static final ClassValue<Map<String, MethodTool>> TOOLS =
      new ClassValue<>() {
        @Override
        protected Map<String, MethodTool> computeValue(final Class<?> type) {
          return derived(type);
        }
      };

  /** Binds a method to the arguments it reads. */
  private record MethodTool(Method method, ToolMethod mark, ArgumentList list, boolean asks) {}

  private static Map<String, MethodTool> derived(final Class<?> type) {
    final Map<String, MethodTool> tools = new LinkedHashMap<>();
    final List<Method> methods =
        Arrays.stream(type.getMethods())
            .filter(method -> method.isAnnotationPresent(ToolMethod.class))
            .sorted(Comparator.comparing(Method::getName))
            .toList();
    for (final Method method : methods) {
      final String name = method.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      final Class<?>[] parameters = method.getParameterTypes();
      final boolean asks = parameters.length > 0 && parameters[0] == ToolRequest.class;
      // The class may be private to the package of its tests.
      method.setAccessible(true);
      final ArgumentList list = ArgumentList.of(name, method, asks ? 1 : 0);
      final ToolMethod mark = method.getAnnotation(ToolMethod.class);
      if (tools.put(name, new MethodTool(method, mark, list, asks)) != null) {
        throw new IllegalArgumentException("two tools have one name: name=" + name);
      }
    }
    if (tools.isEmpty()) {
      throw new IllegalArgumentException(
          "no public method has @ToolMethod: type=" + type.getName());
    }
    return tools;
  }

  /**
   * Returns the version of the tools; raise it when their answers change.
   *
   * @return a short text; part of the key of recorded results.
   */
  protected String version() {
    return "1";
  }

  @Override
  public List<ToolSpec> tools() {
    return TOOLS.get(getClass()).entrySet().stream()
        .map(
            tool ->
                new ToolSpec(
                    tool.getKey(),
                    tool.getValue().mark().value(),
                    tool.getValue().mark().effect(),
                    version(),
                    tool.getValue().list().schema(),
                    Map.of()))
        .toList();
  }

  @Override
  public ToolResult call(final ToolRequest request) throws Exception {
    final MethodTool tool = TOOLS.get(getClass()).get(request.tool());
    if (tool == null) {
      return ToolResult.refused("there is no such tool: " + request.tool());
    }
    try {
      final Object[] read = tool.list().read(request.arguments());
      final Object[] given = tool.asks() ? new Object[read.length + 1] : read;
      if (tool.asks()) {
        given[0] = request;
        System.arraycopy(read, 0, given, 1, read.length);
      }
      final Object result = tool.method().invoke(this, given);
      return result instanceof ToolResult whole
          ? whole
          : ToolResult.ok(CanonicalJson.write(result));
    } catch (final ToolException e) {
      return ToolResult.refused(e.getMessage());
    } catch (final InvocationTargetException e) {
      return refusedOrThrown(e.getCause());
    }
  }

  private static ToolResult refusedOrThrown(final Throwable thrown) throws Exception {
    switch (thrown) {
      case ToolException refusal -> {
        return ToolResult.refused(refusal.getMessage());
      }
      case Exception failure -> throw failure;
      case Error error -> throw error;
      default -> throw new IllegalStateException("neither exception nor error", thrown);
    }
  }
}
