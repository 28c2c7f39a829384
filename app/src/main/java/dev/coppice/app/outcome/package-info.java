/** How trajectories ended: statuses, stop reasons, lengths, reward components and errors of calls. */
package dev.coppice.app.outcome;
