package dev.coppice.bench.tidy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.PackageTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;

/** Walks a file and notes what the laws ask for. */
final class SourceScan extends TreePathScanner<Void, Void> {
  /** Annotations by which a command line, a benchmark or a stress run finds its classes. */
  private static final Set<String> STARTED_BY =
      Set.of("Command", "Benchmark", "State", "JCStressTest");

  private static final Pattern WRITTEN_OUT =
      Pattern.compile("(ai|com|io|jdk|net|org)(\\.[a-z]\\w*)+\\.[A-Z].*");

  private final CompilationUnitTree unit;
  private final DocTrees trees;
  private final SourcePositions positions;
  private final Set<String> full = new HashSet<>();
  private final Set<String> simple = new HashSet<>();
  private final List<String> types = new ArrayList<>();
  private final List<String> nested = new ArrayList<>();
  private final Set<String> started = new HashSet<>();
  private final List<String> undocumented = new ArrayList<>();
  private final List<JavaSource.Method> methods = new ArrayList<>();
  private final List<JavaSource.Header> records = new ArrayList<>();

  SourceScan(final CompilationUnitTree unit, final DocTrees trees) {
    this.unit = unit;
    this.trees = trees;
    this.positions = trees.getSourcePositions();
  }

  JavaSource.Names names() {
    return new JavaSource.Names(full, simple);
  }

  JavaSource.Declared declared() {
    return new JavaSource.Declared(types, nested, started, undocumented, methods, records);
  }

  /** Passes over the package's own name, which is no use of anything. */
  @Override
  public Void visitPackage(final PackageTree node, final Void ignored) {
    return null;
  }

  @Override
  public Void visitImport(final ImportTree node, final Void ignored) {
    final String text = node.getQualifiedIdentifier().toString();
    full.add(text);
    simple.addAll(List.of(text.split("\\.")));
    return null;
  }

  @Override
  public Void visitMemberSelect(final MemberSelectTree node, final Void ignored) {
    final String text = node.toString();
    simple.add(node.getIdentifier().toString());
    if (text.startsWith("dev.coppice.") || WRITTEN_OUT.matcher(text).matches()) {
      full.add(text);
      simple.addAll(List.of(text.split("\\.")));
      return null;
    }
    return super.visitMemberSelect(node, null);
  }

  @Override
  public Void visitIdentifier(final IdentifierTree node, final Void ignored) {
    simple.add(node.getName().toString());
    return null;
  }

  @Override
  public Void visitAnnotation(final AnnotationTree node, final Void ignored) {
    final String name = node.getAnnotationType().toString();
    if (STARTED_BY.contains(name.substring(name.lastIndexOf('.') + 1))) {
      started.add(outermost());
    }
    return super.visitAnnotation(node, null);
  }

  @Override
  public Void visitClass(final ClassTree node, final Void ignored) {
    final TreePath parent = getCurrentPath().getParentPath();
    final String name = node.getSimpleName().toString();
    if (parent.getLeaf() == unit) {
      types.add(name);
    } else if (!name.isEmpty()) {
      nested.add(name);
    }
    final boolean isPublic = node.getModifiers().getFlags().contains(Modifier.PUBLIC);
    if (isPublic && trees.getDocComment(getCurrentPath()) == null) {
      undocumented.add(name);
    }
    if (node.getKind() == Tree.Kind.RECORD) {
      records.add(new JavaSource.Header(owners(), "record", components(node)));
    }
    return super.visitClass(node, null);
  }

  private static List<String> components(final ClassTree node) {
    final List<String> found = new ArrayList<>();
    for (final Tree member : node.getMembers()) {
      if (member instanceof VariableTree field
          && !field.getModifiers().getFlags().contains(Modifier.STATIC)) {
        found.add(field.getType().toString());
      }
    }
    return found;
  }

  @Override
  public Void visitMethod(final MethodTree node, final Void ignored) {
    final Tree owner = getCurrentPath().getParentPath().getLeaf();
    final boolean isHeader =
        owner.getKind() == Tree.Kind.RECORD && node.getName().contentEquals("<init>");
    final List<String> parameters = new ArrayList<>();
    if (!isHeader) {
      node.getParameters().forEach(each -> parameters.add(each.getType().toString()));
    }
    final long start = lineOf(positions.getStartPosition(unit, node));
    final long end = lineOf(positions.getEndPosition(unit, node));
    final String name = node.getName().toString();
    final boolean overrides =
        node.getModifiers().getAnnotations().stream()
            .anyMatch(each -> each.getAnnotationType().toString().equals("Override"));
    methods.add(
        new JavaSource.Method(
            new JavaSource.Header(owners(), name, parameters), (int) (end - start + 1), overrides));
    final Set<Modifier> flags = node.getModifiers().getFlags();
    if (name.equals("main") && flags.contains(Modifier.PUBLIC) && flags.contains(Modifier.STATIC)) {
      started.add(outermost());
    }
    return super.visitMethod(node, null);
  }

  /** Returns the names of the types around the current place, the outermost first. */
  private String owners() {
    final List<String> names = new ArrayList<>();
    for (final Tree step : getCurrentPath()) {
      if (step instanceof ClassTree type) {
        names.addFirst(type.getSimpleName().toString());
      }
    }
    return String.join(".", names);
  }

  private String outermost() {
    return owners().split("\\.")[0];
  }

  private long lineOf(final long position) {
    return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
  }
}
