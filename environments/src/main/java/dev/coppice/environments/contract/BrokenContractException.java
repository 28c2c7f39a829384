package dev.coppice.environments.contract;

/** Says which law of the contract a world broke, and how. */
final class BrokenContractException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String law;

  BrokenContractException(final String law, final String detail) {
    super(detail);
    this.law = law;
  }

  String law() {
    return law;
  }
}
