using Amqp.Transport.Drive;

namespace Amqp.Transport;

// What the façades that stand on this one need of it.
public sealed partial class AmqpConnection
{
    internal SessionPump Pump => _pump;
}
