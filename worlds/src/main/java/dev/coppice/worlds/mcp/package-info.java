/**
 * Any MCP server as a world: its tools are the world's, a branch has a session of its own, and a fork
 * makes the calls that may write again.
 *
 * <p>Read in this order: {@link dev.coppice.worlds.mcp.McpTaskset}, {@link
 * dev.coppice.worlds.mcp.McpServerConfig}, then McpWorld, McpConnection, StdioTransport.
 */
package dev.coppice.worlds.mcp;
