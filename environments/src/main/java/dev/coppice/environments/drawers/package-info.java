/**
 * The {@code drawers} world: read first, decide late. The numbers of a countdown problem lie in
 * drawers, which the agent opens one call at a time before it combines them.
 *
 * <p>Read in this order: {@link dev.coppice.environments.drawers.DrawersEnvironment}.
 *
 * <pre>
 *   prompt       &lt;bos&gt;=29/6\n
 *   turn         &lt;call&gt;open 1&lt;/call&gt;
 *   observation  &lt;obs&gt;worth 3&lt;/obs&gt;       or empty, or illegal, or bad
 *   ...          when every drawer is open, the agent writes a note, which is a countdown prompt:
 *   turn         8 8 5 3=29\n&lt;call&gt;8*5&lt;/call&gt;
 *   ...          and continues as in countdown
 * </pre>
 */
package dev.coppice.environments.drawers;
