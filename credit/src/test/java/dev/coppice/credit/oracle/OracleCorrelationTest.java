package dev.coppice.credit.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.coppice.credit.Estimators;
import dev.coppice.credit.GroupAdvantages;
import dev.coppice.credit.fixture.TreeScript;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OracleCorrelationTest {
  @Test
  void shouldMatchValuesWorkedOutByHand() {
    final OracleCorrelation oracle = new OracleCorrelation();
    final double[] x = {1, 2, 3, 4, 4};
    final double[] y = {1, 4, 9, 16, 15};
    for (int i = 0; i < x.length; i++) {
      oracle.add(x[i], y[i]);
    }
    oracle.add(Double.NaN, 1);
    oracle.add(1, Double.NaN);

    assertEquals(5, oracle.count());
    assertEquals(34.0 / Math.sqrt(6.8 * 174), oracle.pearson(), 1e-12);
    assertEquals(9.5 / Math.sqrt(9.5 * 10), oracle.spearman(), 1e-12);
    assertEquals(1.0, oracle.signAgreement());
  }

  @Test
  void shouldKnowNothingOfAConstantSide() {
    final OracleCorrelation oracle = new OracleCorrelation();
    oracle.add(1, 1);
    oracle.add(1, 2);

    assertTrue(Double.isNaN(oracle.pearson()));
    assertTrue(Double.isNaN(oracle.spearman()));
  }

  @Test
  void shouldPairEachNodeWithTheStepInExactValue() {
    final TreeScript script = new TreeScript(0);
    script.leaf(script.action(0, 1), 1).leaf(script.action(0, 1), 0).leaf(script.action(0, 1), 0.4);
    final GroupAdvantages advantages =
        Estimators.create("coppice", Map.of()).estimate(script.group());
    final OracleCorrelation oracle = new OracleCorrelation();

    oracle.addTree(advantages, 0, new double[] {0.5, 1, 0, 0.4});

    assertEquals(3, oracle.count());
    assertEquals(1.0, oracle.pearson(), 1e-12);
    oracle.addTreeValues(advantages, 0, new double[] {0.5, 1, 0, 0.4});
    assertEquals(6, oracle.count());
    assertThrows(
        IllegalArgumentException.class, () -> oracle.addTree(advantages, 0, new double[2]));
  }
}
