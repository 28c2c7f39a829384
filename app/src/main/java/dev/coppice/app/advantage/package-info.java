/**
 * Credit of the groups of a run, a server or a file of traces: which estimators score them, and in which
 * order where what older groups told counts.
 */
package dev.coppice.app.advantage;
