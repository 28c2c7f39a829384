/**
 * Decides what grows: how many children a node gets, which trees a budget pays for.
 *
 * <p>Read in this order: {@link dev.coppice.scheduling.BranchingPolicy}, {@link
 * dev.coppice.scheduling.BranchPoint}, then one policy with its {@link
 * dev.coppice.scheduling.PolicyPlug}, then {@link
 * dev.coppice.scheduling.BudgetLease} and {@link dev.coppice.scheduling.BudgetSplit}.
 */
package dev.coppice.scheduling;
