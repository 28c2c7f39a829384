package dev.coppice.bridge.flight;

import dev.coppice.bridge.disk.DiskFullException;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.grpc.StatusUtils;
import org.apache.arrow.memory.OutOfMemoryException;

/** Finds the status that tells a trainer what went wrong. */
final class BridgeErrors {
  private BridgeErrors() {}

  static FlightRuntimeException status(final Throwable failure) {
    if (failure instanceof FlightRuntimeException known) {
      return known;
    }
    return kind(failure)
        .withDescription(failure.getMessage() == null ? failure.toString() : failure.getMessage())
        .withCause(failure)
        .toRuntimeException();
  }

  /** Finds what a call of the transport ends with. */
  static Throwable thrown(final Throwable failure) {
    return StatusUtils.toGrpcException(status(failure));
  }

  private static CallStatus kind(final Throwable failure) {
    return switch (failure) {
      case WeightsRefusedException refused ->
          refused.isMissing() ? CallStatus.NOT_FOUND : CallStatus.INVALID_ARGUMENT;
      case IllegalArgumentException ignored -> CallStatus.INVALID_ARGUMENT;
      case DiskFullException ignored -> CallStatus.RESOURCE_EXHAUSTED;
      case OutOfMemoryException ignored -> CallStatus.RESOURCE_EXHAUSTED;
      case IllegalStateException ignored -> CallStatus.UNAVAILABLE;
      default -> CallStatus.INTERNAL;
    };
  }
}
