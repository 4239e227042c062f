using Amqp.Engine.Spec;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>Permissions: who may do what, and the 403 for the rest.</content>
public sealed partial class BrokerConnection
{
    /// <summary>What permissions call the exchange that has no name.</summary>
    private const string DefaultExchangeName = "amq.default";

    private bool MayUseQueue(ChannelModel channel, PermissionKind kind, string name) =>
        _user!.Allows(_virtualHost!.Name, kind, name)
        || Refuse(channel, kind, ReplyTexts.Queue(name, _virtualHost.Name));

    private bool MayUseExchange(ChannelModel channel, PermissionKind kind, string name)
    {
        string shown = name.Length == 0 ? DefaultExchangeName : name;
        return _user!.Allows(_virtualHost!.Name, kind, shown)
            || Refuse(channel, kind, ReplyTexts.Exchange(shown, _virtualHost.Name));
    }

    /// <summary>Routing keys are looked at on topic exchanges only.</summary>
    private bool MayUseTopic(ChannelModel channel, PermissionKind kind, ExchangeModel exchange, string routingKey) =>
        exchange.Kind != ExchangeKind.Topic || _user!.Topics.Count == 0
        || _user.AllowsTopic(_virtualHost!.Name, exchange.Name, kind, routingKey)
        || Refuse(channel, kind, $"topic '{routingKey}' in {Shown(exchange)}");

    private bool Refuse(ChannelModel channel, PermissionKind kind, string what)
    {
        string access = !_core.Profile.NamesPermissionInRefusals ? "access" : kind switch
        {
            PermissionKind.Configure => "configure access",
            PermissionKind.Write => "write access",
            _ => "read access",
        };
        FailChannel(channel, ReplyCode.AccessRefused, $"{access} to {what} refused for user '{UserName}'");
        return false;
    }
}
