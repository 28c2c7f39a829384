/**
 * Environments written in Python: one process per distinct state, forked where branches fork.
 *
 * <p>Read in this order: {@link dev.coppice.worlds.pyenv.PythonEnvTaskset}, {@code PythonEnvWorld}, {@code
 * Zygote}, {@code HostConnection}, {@code HostStart}, {@code ForkWatch} and, in the resources, {@code
 * coppice_world/host.py}.
 *
 * <pre>
 *   tool threads                     sandbox
 *   Zygote          --socket---&gt;   zygote: has imported the environment, plays nothing
 *   PythonEnvWorld  --socket---&gt;     world, forked from the zygote, reset
 *   PythonEnvWorld  --socket---&gt;       world, forked from that one
 * </pre>
 */
package dev.coppice.worlds.pyenv;
