package dev.coppice.bridge.ipc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import java.io.InputStream;
import org.apache.arrow.flight.impl.Flight;

/**
 * Puts a {@code DoGet} into a Flight service that sends messages as they are.
 *
 * <p>Flight's own takes columns, which it would have to unpack and pack again, and mixes memory of
 * the heap into each message, for which the transport then copies all of it. {@code bridge-bench
 * --compare} and {@code benchmarks/doget.py} measure both in turns: they are alike to a client in Java,
 * and ours seems faster to one in Python. What decides is that Flight's cannot send compressed
 * buffers as they are.
 */
public final class StreamMethod {
  private static final String NAME = "DoGet";

  private StreamMethod() {}

  /** Opens a stream. */
  @FunctionalInterface
  public interface Streams {
    /**
     * Begins to send, and returns.
     *
     * @param ticket of the call.
     * @param to where messages go; the listeners must be set before this returns.
     */
    void open(byte[] ticket, ServerCallStreamObserver<IpcMessage> to);
  }

  /**
   * Replaces a method.
   *
   * @param flight the service.
   * @param streams that answer {@code DoGet}.
   * @return the service with that method.
   */
  public static ServerServiceDefinition into(
      final ServerServiceDefinition flight, final Streams streams) {
    final String service = flight.getServiceDescriptor().getName();
    final MethodDescriptor<Flight.Ticket, IpcMessage> method =
        MethodDescriptor.<Flight.Ticket, IpcMessage>newBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(service, NAME))
            .setRequestMarshaller(ProtoUtils.marshaller(Flight.Ticket.getDefaultInstance()))
            .setResponseMarshaller(new Marshaller())
            .build();
    final ServiceDescriptor.Builder methods = ServiceDescriptor.newBuilder(service);
    methods.addMethod(method);
    for (final ServerMethodDefinition<?, ?> other : flight.getMethods()) {
      if (!isReplaced(other)) {
        methods.addMethod(other.getMethodDescriptor());
      }
    }
    final ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(methods.build());
    definition.addMethod(
        method,
        ServerCalls.asyncServerStreamingCall(
            (ticket, to) ->
                streams.open(
                    ticket.getTicket().toByteArray(), (ServerCallStreamObserver<IpcMessage>) to)));
    for (final ServerMethodDefinition<?, ?> other : flight.getMethods()) {
      if (!isReplaced(other)) {
        definition.addMethod(other);
      }
    }
    return definition.build();
  }

  private static boolean isReplaced(final ServerMethodDefinition<?, ?> method) {
    return NAME.equals(method.getMethodDescriptor().getBareMethodName());
  }

  /** Writes messages; a server reads none. */
  private static final class Marshaller implements MethodDescriptor.Marshaller<IpcMessage> {
    @Override
    public InputStream stream(final IpcMessage message) {
      return message.stream();
    }

    @Override
    public IpcMessage parse(final InputStream stream) {
      throw new UnsupportedOperationException("a service sends messages and reads none");
    }
  }
}
