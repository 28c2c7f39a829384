/**
 * The {@code gsm8k} world: grade-school word problems with a calculator in the text.
 *
 * <p>Read in this order: {@link dev.coppice.environments.gsm8k.Gsm8kEnvironment}, {@link
 * dev.coppice.environments.gsm8k.Gsm8kProblem}, {@link
 * dev.coppice.environments.gsm8k.WrittenArithmetic}, {@link
 * dev.coppice.environments.gsm8k.DecimalNumber}.
 *
 * <pre>
 *   turn         So she makes 9 * 2 = $&lt;&lt;9*2=
 *   observation  18&gt;&gt;                       or error&gt;&gt;
 *   last turn    18 every day.\n#### 18
 * </pre>
 */
package dev.coppice.environments.gsm8k;
