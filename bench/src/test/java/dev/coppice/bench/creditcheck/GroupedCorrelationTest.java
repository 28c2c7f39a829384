package dev.coppice.bench.creditcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.oracle.OracleCorrelation;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GroupedCorrelationTest {
  @Test
  void shouldAgreeWithTheCorrelationOfAllPairs() {
    final SplittableRandom random = new SplittableRandom(3);
    final GroupedCorrelation grouped = new GroupedCorrelation();
    final OracleCorrelation whole = new OracleCorrelation();
    for (int group = 0; group < 20; group++) {
      grouped.begin("task" + group % 15);
      for (int i = 0; i < random.nextInt(9); i++) {
        final double x = random.nextDouble();
        final double y = i == 4 ? Double.NaN : x + random.nextDouble();
        grouped.add(x, y);
        whole.add(x, y);
      }
    }

    assertEquals(whole.count(), grouped.count());
    assertEquals(whole.pearson(), grouped.pearson(), 1e-12);
  }

  @Test
  void shouldGiveTheSpreadOverDrawsOfGroupsAsStandardError() {
    final int repeats = 400;
    double sum = 0;
    double squares = 0;
    double error = 0;
    for (int repeat = 0; repeat < repeats; repeat++) {
      final SplittableRandom random = new SplittableRandom(repeat);
      final GroupedCorrelation grouped = new GroupedCorrelation();
      for (int group = 0; group < 40; group++) {
        grouped.begin("task" + group);
        final double common = random.nextGaussian();
        for (int i = 0; i < 6; i++) {
          grouped.add(common + random.nextGaussian(), common + random.nextGaussian());
        }
      }
      sum += grouped.pearson();
      squares += grouped.pearson() * grouped.pearson();
      error += grouped.standardError() / repeats;
    }
    final double spread = Math.sqrt(squares / repeats - sum / repeats * (sum / repeats));

    assertEquals(1, error / spread, 0.12, "seeds 0 to 399");
  }

  @Test
  void shouldHaveNoCorrelationWhereOneSideIsConstant() {
    final GroupedCorrelation grouped = new GroupedCorrelation();
    grouped.begin("task");
    for (int i = 0; i < 5; i++) {
      grouped.add(0.3, i);
    }
    assertTrue(Double.isNaN(grouped.pearson()));
    assertEquals(0.3, grouped.firstSize(), 1e-12);
    assertEquals(Math.sqrt((1 + 4 + 9 + 16) / 5.0), grouped.secondSize(), 1e-12);
  }
}
