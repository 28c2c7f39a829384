/** How fast the core takes in events when model and tools cost nothing. */
package dev.coppice.bench.core;
