/**
 * Python written by the model, run in a real sandbox: one interpreter per branch, a fork runs the
 * cells again, and without a sandbox that holds nothing starts.
 *
 * <p>Read in this order: {@link dev.coppice.worlds.python.PythonTaskset}, {@link
 * dev.coppice.worlds.python.SandboxLimits}, then PythonWorld, PythonSession, CellOutput, Bubblewrap,
 * SyscallFilter, SandboxProbe and, in the resources, runner.py.
 *
 * <pre>
 *   tool thread                  sandbox (namespaces, seccomp, limits)
 *   PythonSession  --stdin---&gt;   runner.py: NONCE LENGTH, code
 *   CellOutput     &lt;--stdout--   what the cell writes ... NUL NONCE status
 * </pre>
 */
package dev.coppice.worlds.python;
