namespace Amqp.FakeBroker;

/// <summary>Is told what happens to every message. Must not call the broker back.</summary>
public interface IBrokerObserver
{
    /// <summary>Something happened; called inside the input that made it happen, in order.</summary>
    /// <param name="brokerEvent">What happened.</param>
    void OnEvent(in BrokerEvent brokerEvent);
}
