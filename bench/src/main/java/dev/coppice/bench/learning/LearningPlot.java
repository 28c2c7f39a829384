package dev.coppice.bench.learning;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Draws what arms learned: the reward of fresh training problems over computed tokens and over
 * processor time, and the held-out pass rate at the end.
 */
final class LearningPlot {
  private static final int WIDTH = 1500;
  private static final int HEIGHT = 560;
  private static final int TOP = 70;
  private static final int BOTTOM = 480;
  private static final int SMOOTH = 13;
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
  private double least = 1;
  private double most = 0;

  LearningPlot(final String task, final List<ArmResult> arms) {
    this.task = task;
    this.arms = arms;
  }

  /** Represents one panel's place and range. */
  private record Panel(int left, int right, double xMost, double yLeast, double yMost) {
    double x(final double value) {
      return left + (right - left) * value / xMost;
    }

    double y(final double value) {
      return BOTTOM - (BOTTOM - TOP) * (value - yLeast) / (yMost - yLeast);
    }
  }

  void write(final Path file) throws IOException {
    final BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    final Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, WIDTH, HEIGHT);
    curves(g, "computedTokens", 1e6, "million computed tokens", 70, 510);
    curves(g, "cpuNs", 60e9, "processor minutes, one core", 570, 1010);
    heldOut(g, 1080, 1480);
    legend(g);
    g.dispose();
    ImageIO.write(image, "png", file.toFile());
  }

  private void curves(
      final Graphics2D g,
      final String cost,
      final double unit,
      final String label,
      final int left,
      final int right) {
    double xMost = 0;
    least = 1;
    most = 0;
    for (final ArmResult arm : arms) {
      xMost = Math.max(xMost, arm.costUntil(arm.steps(), cost) / unit);
      for (int step = 1; step <= arm.steps(); step++) {
        final double reward = smooth(arm, step);
        least = Math.min(least, reward);
        most = Math.max(most, reward);
      }
    }
    final Panel panel = new Panel(left, right, xMost * 1.02, least - 0.02, most + 0.02);
    frame(g, panel, "reward on fresh training problems", label);
    for (int i = 0; i < arms.size(); i++) {
      final ArmResult arm = arms.get(i);
      final Path2D path = new Path2D.Double();
      for (int step = 1; step <= arm.steps(); step++) {
        final double x = panel.x(arm.costUntil(step, cost) / unit);
        final double y = panel.y(smooth(arm, step));
        if (step == 1) {
          path.moveTo(x, y);
        } else {
          path.lineTo(x, y);
        }
      }
      g.setColor(COLORS[i % COLORS.length]);
      g.setStroke(new BasicStroke(2.2f));
      g.draw(path);
    }
  }

  private static double smooth(final ArmResult arm, final int step) {
    final int from = Math.max(1, step - SMOOTH / 2);
    final int to = Math.min(arm.steps(), step + SMOOTH / 2);
    return arm.average("figures", "reward", from, to);
  }

  private void heldOut(final Graphics2D g, final int left, final int right) {
    final String[] names = {"T 1", "T 0.6", "greedy", "pass of 8"};
    final List<ArmResult.Mean[]> all = new ArrayList<>();
    least = 1;
    most = 0;
    for (final ArmResult arm : arms) {
      final int last = arm.steps();
      final ArmResult.Mean[] means = {
        arm.score(last, 1.0, "pass"),
        arm.score(last, 0.6, "pass"),
        arm.score(last, 0.0, "pass"),
        arm.score(last, 1.0, "passOfEight")
      };
      all.add(means);
      for (final ArmResult.Mean mean : means) {
        least = Math.min(least, mean.value() - mean.error());
        most = Math.max(most, mean.value() + mean.error());
      }
    }
    final Panel panel = new Panel(left, right, names.length, least - 0.03, most + 0.03);
    frame(g, panel, "held-out pass rate, standard error over seeds", "");
    for (int kind = 0; kind < names.length; kind++) {
      g.setColor(Color.DARK_GRAY);
      centred(g, names[kind], panel.x(kind + 0.5), BOTTOM + 22);
      for (int i = 0; i < all.size(); i++) {
        final ArmResult.Mean mean = all.get(i)[kind];
        final double x = panel.x(kind + (i + 1.0) / (all.size() + 1));
        g.setColor(COLORS[i % COLORS.length]);
        g.setStroke(new BasicStroke(2f));
        g.draw(
            new Line2D.Double(
                x, panel.y(mean.value() - mean.error()), x, panel.y(mean.value() + mean.error())));
        g.fill(new Ellipse2D.Double(x - 4.5, panel.y(mean.value()) - 4.5, 9, 9));
      }
    }
  }

  private void frame(
      final Graphics2D g, final Panel panel, final String title, final String label) {
    g.setStroke(new BasicStroke(1f));
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    final double step = panel.yMost() - panel.yLeast() > 0.25 ? 0.1 : 0.02;
    for (double y = Math.ceil(panel.yLeast() / step) * step; y < panel.yMost(); y += step) {
      g.setColor(new Color(0xdddddd));
      g.draw(new Line2D.Double(panel.left(), panel.y(y), panel.right(), panel.y(y)));
      g.setColor(Color.DARK_GRAY);
      g.drawString(
          String.format(Locale.ROOT, "%.2f", y), panel.left() - 38, (float) panel.y(y) + 5);
    }
    if (!label.isEmpty()) {
      for (int i = 0; i <= 4; i++) {
        final double value = panel.xMost() * i / 4;
        centred(g, String.format(Locale.ROOT, "%.2f", value), panel.x(value), BOTTOM + 22);
      }
      centred(g, label, (panel.left() + panel.right()) / 2.0, BOTTOM + 48);
    }
    g.setColor(Color.DARK_GRAY);
    g.drawRect(panel.left(), TOP, panel.right() - panel.left(), BOTTOM - TOP);
    centred(g, title, (panel.left() + panel.right()) / 2.0, TOP - 12);
  }

  private void legend(final Graphics2D g) {
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    g.setColor(Color.BLACK);
    g.drawString(task, 20, 28);
    int x = 140;
    for (int i = 0; i < arms.size(); i++) {
      final ArmResult arm = arms.get(i);
      final String name = arm.steps() == 0 ? arm.arm() : arm.arm() + " " + arm.rate();
      g.setColor(COLORS[i % COLORS.length]);
      g.fillRect(x, 18, 18, 10);
      g.drawString(name, x + 24, 28);
      x += 50 + g.getFontMetrics().stringWidth(name);
    }
  }

  private static void centred(
      final Graphics2D g, final String text, final double x, final double y) {
    g.drawString(text, (float) (x - g.getFontMetrics().stringWidth(text) / 2.0), (float) y);
  }
}
