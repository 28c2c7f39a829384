/**
 * Worlds made of typed tools over an immutable state: schemas are derived from records, arguments
 * are checked, and a fork shares the state.
 *
 * <p>Read in this order: {@link dev.coppice.environments.tool.Toolbox}, {@link
 * dev.coppice.environments.tool.Tool}, {@link dev.coppice.environments.tool.Argument}, {@link
 * dev.coppice.environments.tool.ToolEpisode}, {@link dev.coppice.environments.tool.ToolTask}.
 *
 * <pre>
 *   turn         &lt;tool_call&gt;{"name":"cd","arguments":{"folder":"tmp"}}&lt;/tool_call&gt;
 *   observation  &lt;tool_response&gt;{"current_working_directory":"tmp"}&lt;/tool_response&gt;
 *   last turn    &lt;answer&gt;done&lt;/answer&gt;
 * </pre>
 */
package dev.coppice.environments.tool;
