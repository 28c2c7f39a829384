/**
 * The {@code countdown} world: combine numbers, one calculator call at a time, until the target is
 * made.
 *
 * <p>Read in this order: {@link dev.coppice.environments.countdown.CountdownEnvironment}, {@link
 * dev.coppice.environments.countdown.PoolState}.
 *
 * <pre>
 *   prompt       &lt;bos&gt;12 8 5 3=29\n
 *   turn         12 8 5 3&lt;call&gt;8*3&lt;/call&gt;
 *   observation  &lt;obs&gt;24&lt;/obs&gt;            or illegal, or bad
 *   last turn    &lt;answer&gt;29&lt;/answer&gt;
 * </pre>
 */
package dev.coppice.environments.countdown;
