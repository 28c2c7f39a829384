package dev.coppice.environments.contract;

import dev.coppice.error.Coded;
import dev.coppice.error.ErrorCategory;
import dev.coppice.error.ErrorCode;

/** Says which law of the contract a world broke, and how. */
final class BrokenContractException extends Exception implements Coded {
  private static final long serialVersionUID = 1L;

  private static final ErrorCode CODE = new ErrorCode(ErrorCategory.WORLD, "contract-broken");

  private final String law;

  BrokenContractException(final String law, final String detail) {
    super(detail);
    this.law = law;
  }

  String law() {
    return law;
  }

  @Override
  public ErrorCode errorCode() {
    return CODE;
  }
}
