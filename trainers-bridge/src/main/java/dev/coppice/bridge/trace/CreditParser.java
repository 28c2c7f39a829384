package dev.coppice.bridge.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads one element of the field {@code credit} of a line. */
final class CreditParser {
  private final LineParser in;
  private final Map<String, String> options = new TreeMap<>();
  private final List<CreditBlock.NodeAdvantages> nodes = new ArrayList<>();
  private final List<CreditBlock.LeafAdvantage> leaves = new ArrayList<>();
  private String estimator;
  private int node;
  private float[] advantages;
  private double advantage;

  private CreditParser(final LineParser in) {
    this.in = in;
  }

  static CreditBlock read(final LineParser in) throws IOException {
    final CreditParser parser = new CreditParser(in);
    in.eachField(parser::readField);
    in.require(parser.estimator != null, "has no estimator");
    return new CreditBlock(parser.estimator, parser.options, parser.nodes, parser.leaves);
  }

  private void readField(final String name) throws IOException {
    switch (name) {
      case TraceFields.ESTIMATOR -> estimator = in.text();
      case TraceFields.OPTIONS -> in.eachField(option -> options.put(option, in.scalar()));
      case TraceFields.NODES -> in.eachElement(this::readNode);
      case TraceFields.LEAVES -> in.eachElement(this::readLeaf);
      default -> in.skip();
    }
  }

  private void readNode() throws IOException {
    node = -1;
    advantages = null;
    in.eachField(
        name -> {
          switch (name) {
            case "id" -> node = in.integer();
            case "advantages" -> advantages = in.floats();
            default -> in.skip();
          }
        });
    in.require(advantages != null, "has no advantages");
    nodes.add(new CreditBlock.NodeAdvantages(node, advantages));
  }

  private void readLeaf() throws IOException {
    node = -1;
    advantage = Double.NaN;
    in.eachField(
        name -> {
          switch (name) {
            case "node" -> node = in.integer();
            case "advantage" -> advantage = in.realOrNull();
            default -> in.skip();
          }
        });
    leaves.add(new CreditBlock.LeafAdvantage(node, advantage));
  }
}
