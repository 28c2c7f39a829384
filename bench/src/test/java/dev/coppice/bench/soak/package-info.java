/** Holds the engine on the real decoder to its bits, briefly. */
package dev.coppice.bench.soak;
