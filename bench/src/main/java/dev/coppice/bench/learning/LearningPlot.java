package dev.coppice.bench.learning;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.AbstractXYItemRenderer;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYDataset;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * Draws what arms learned: the reward of fresh training problems over computed tokens and over
 * processor time, and the held-out pass rate at the end.
 */
final class LearningPlot {
  private static final int PANEL_WIDTH = 500;
  private static final int HEIGHT = 560;
  private static final int SMOOTH = 13;

  /** The room between the arms at one kind of score, in kinds. */
  private static final double APART = 0.12;

  private static final String[] KINDS = {"T 1", "T 0.6", "greedy", "pass of 8"};
  private static final Color[] COLORS = {
    new Color(0x444444),
    new Color(0x1f6fb4),
    new Color(0xd9822b),
    new Color(0x2c9147),
    new Color(0x8e44ad),
    new Color(0xb03a2e)
  };

  private final String task;
  private final List<ArmResult> arms;

  LearningPlot(final String task, final List<ArmResult> arms) {
    this.task = task;
    this.arms = arms;
  }

  void write(final Path file) throws IOException {
    final List<JFreeChart> panels =
        List.of(
            curves("computedTokens", 1e6, "million computed tokens"),
            curves("cpuNs", 60e9, "processor minutes, one core"),
            heldOut());
    final BufferedImage image =
        new BufferedImage(panels.size() * PANEL_WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    final Graphics2D graphics = image.createGraphics();
    for (int i = 0; i < panels.size(); i++) {
      panels.get(i).draw(graphics, new Rectangle2D.Double(i * PANEL_WIDTH, 0, PANEL_WIDTH, HEIGHT));
    }
    graphics.dispose();
    ImageIO.write(image, "png", file.toFile());
  }

  private JFreeChart curves(final String cost, final double unit, final String label) {
    final XYSeriesCollection curves = new XYSeriesCollection();
    for (final ArmResult arm : arms) {
      final XYSeries curve = new XYSeries(name(arm));
      for (int step = 1; step <= arm.steps(); step++) {
        curve.add(arm.costUntil(step, cost) / unit, smooth(arm, step));
      }
      curves.addSeries(curve);
    }
    return chart(
        task + ": reward on fresh training problems",
        new NumberAxis(label),
        curves,
        new XYLineAndShapeRenderer(true, false));
  }

  private static double smooth(final ArmResult arm, final int step) {
    final int from = Math.max(1, step - SMOOTH / 2);
    final int to = Math.min(arm.steps(), step + SMOOTH / 2);
    return arm.average("figures", "reward", from, to);
  }

  private JFreeChart heldOut() {
    final XYIntervalSeriesCollection scores = new XYIntervalSeriesCollection();
    for (int i = 0; i < arms.size(); i++) {
      final ArmResult arm = arms.get(i);
      final int last = arm.steps();
      final List<ArmResult.Mean> means =
          List.of(
              arm.score(last, 1.0, "pass"),
              arm.score(last, 0.6, "pass"),
              arm.score(last, 0.0, "pass"),
              arm.score(last, 1.0, "passOfEight"));
      final XYIntervalSeries series = new XYIntervalSeries(name(arm));
      for (int kind = 0; kind < KINDS.length; kind++) {
        final double x = kind + (i - (arms.size() - 1) / 2.0) * APART;
        final ArmResult.Mean mean = means.get(kind);
        series.add(x, x, x, mean.value(), mean.value() - mean.error(), mean.value() + mean.error());
      }
      scores.addSeries(series);
    }
    return chart(
        task + ": held-out pass rate, standard error over seeds",
        new SymbolAxis("", KINDS),
        scores,
        new XYErrorRenderer());
  }

  private JFreeChart chart(
      final String title,
      final ValueAxis across,
      final XYDataset data,
      final AbstractXYItemRenderer renderer) {
    for (int i = 0; i < arms.size(); i++) {
      renderer.setSeriesPaint(i, COLORS[i % COLORS.length]);
      renderer.setSeriesStroke(i, new BasicStroke(2.2f));
      renderer.setSeriesShape(i, new Ellipse2D.Double(-4.5, -4.5, 9, 9));
    }
    final NumberAxis upwards = new NumberAxis();
    upwards.setAutoRangeIncludesZero(false);
    final XYPlot plot = new XYPlot(data, across, upwards, renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(new Color(0xdddddd));
    plot.setDomainGridlinesVisible(false);
    final JFreeChart chart = new JFreeChart(title, null, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.getTitle().setFont(chart.getTitle().getFont().deriveFont(14f));
    chart.setAntiAlias(true);
    return chart;
  }

  private static String name(final ArmResult arm) {
    return arm.steps() == 0 ? arm.arm() : arm.arm() + " " + arm.rate();
  }
}
