/** Holds the plots of learning to what they must show. */
package dev.coppice.bench.learning;
