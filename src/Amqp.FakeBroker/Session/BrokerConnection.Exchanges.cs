using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>Class exchange (AMQP 0-9-1 §1.6) with RabbitMQ's exchange-to-exchange bindings.</content>
public sealed partial class BrokerConnection
{
    private const string AlternateExchange = "alternate-exchange";

    /// <summary>
    /// Words that exist in RabbitMQ but name no exchange type: they get another text than unknown words.
    /// </summary>
    private static readonly string[] s_knownWords =
        ["", "queue", "exchange", "vhost", "user", "policy", "operator_policy"];

    private bool OnExchangeMethod(ChannelModel channel, AmqpMethod method)
    {
        switch (method)
        {
            case ExchangeDeclare declare:
                OnExchangeDeclare(channel, declare);
                return true;
            case ExchangeDelete delete:
                OnExchangeDelete(channel, delete);
                return true;
            case ExchangeBind bind:
                OnExchangeBind(channel, bind);
                return true;
            case ExchangeUnbind unbind:
                OnExchangeUnbind(channel, unbind);
                return true;
            default:
                return false;
        }
    }

    private void OnExchangeDeclare(ChannelModel channel, ExchangeDeclare declare)
    {
        string name = StripLineBreaks(declare.Exchange);
        ExchangeKind kind = ExchangeKind.Direct;
        if (!declare.Passive && !TryFindKind(channel, declare.Type, out kind))
        {
            return;
        }

        if (name.Length == 0)
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.DefaultExchange);
            return;
        }

        if ((!declare.Passive || _core.Profile.PassiveDeclareNeedsConfigure)
            && !MayUseExchange(channel, PermissionKind.Configure, name))
        {
            return;
        }

        bool exists = _virtualHost!.TryGetExchange(name, out ExchangeModel exchange);
        if (declare.Passive)
        {
            if (!exists)
            {
                FailChannel(channel, ReplyCode.NotFound, NoExchange(name));
                return;
            }
        }
        else if (!TryDeclareExchange(channel, declare, kind, name, exists ? exchange : null))
        {
            return;
        }

        if (!declare.NoWait)
        {
            Write(channel.Number, new ExchangeDeclareOk());
        }
    }

    private bool TryFindKind(ChannelModel channel, string type, out ExchangeKind kind)
    {
        if (ExchangeModel.TryParseKind(type, out kind))
        {
            return true;
        }

        string word = Array.IndexOf(s_knownWords, type) >= 0 ? "invalid" : "unknown";
        string text = $"{word} exchange type '{type}'";
        if (_core.Profile.UnknownExchangeTypeClosesChannel)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, text);
        }
        else
        {
            FailConnection(ReplyCode.CommandInvalid, text);
        }

        return false;
    }

    private bool TryDeclareExchange(
        ChannelModel channel,
        ExchangeDeclare declare,
        ExchangeKind kind,
        string name,
        ExchangeModel? existing)
    {
        string shown = ReplyTexts.Exchange(name, _virtualHost!.Name);
        if (existing is not null)
        {
            if (Inequivalence(existing, declare, kind, shown) is not { } difference)
            {
                return true;
            }

            FailChannel(channel, ReplyCode.PreconditionFailed, difference);
            return false;
        }

        if (name.StartsWith("amq.", StringComparison.Ordinal))
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.ReservedName("exchange", name));
            return false;
        }

        if (!MayNameExchange(channel, declare.Arguments, AlternateExchange, shown, out string? alternate)
            || (alternate is not null && !(MayUseExchange(channel, PermissionKind.Read, name)
                && MayUseExchange(channel, PermissionKind.Write, alternate))))
        {
            return false;
        }

        _virtualHost.Add(new ExchangeModel
        {
            Name = name,
            Profile = _core.Profile,
            Kind = kind,
            IsDurable = declare.Durable,
            IsAutoDelete = declare.AutoDelete,
            IsInternal = declare.Internal,
            Arguments = declare.Arguments,
        });
        return true;
    }

    /// <summary>An argument that names an exchange must be a text; the name, or null when there is none.</summary>
    private bool MayNameExchange(
        ChannelModel channel,
        FieldTable arguments,
        string key,
        string shown,
        out string? name)
    {
        name = null;
        if (!arguments.TryGet(key, out FieldValue value))
        {
            return true;
        }

        if (value.Type == FieldType.LongString)
        {
            name = value.AsString();
            return true;
        }

        FailChannel(
            channel,
            ReplyCode.PreconditionFailed,
            $"invalid type '{FieldFacts.TypeName(value)}' for arg '{key}' in {shown}");
        return false;
    }

    private static string? Inequivalence(
        ExchangeModel exchange,
        ExchangeDeclare declare,
        ExchangeKind kind,
        string shown)
    {
        if (exchange.Kind != kind)
        {
            return ReplyTexts.Inequivalent("type", shown, declare.Type, ExchangeModel.KindName(exchange.Kind));
        }

        if (exchange.IsDurable != declare.Durable)
        {
            return ReplyTexts.Inequivalent("durable", shown, declare.Durable, exchange.IsDurable);
        }

        if (exchange.IsAutoDelete != declare.AutoDelete)
        {
            return ReplyTexts.Inequivalent("auto_delete", shown, declare.AutoDelete, exchange.IsAutoDelete);
        }

        return exchange.IsInternal != declare.Internal
            ? ReplyTexts.Inequivalent("internal", shown, declare.Internal, exchange.IsInternal)
            : ArgumentInequivalence(AlternateExchange, declare.Arguments, exchange.Arguments, shown);
    }

    /// <summary>
    /// The text for an argument that a redeclaration changes, adds or leaves out; null when it repeats it.
    /// </summary>
    private static string? ArgumentInequivalence(string key, FieldTable received, FieldTable current, string shown)
    {
        bool isReceived = received.TryGet(key, out FieldValue now);
        bool isCurrent = current.TryGet(key, out FieldValue before);
        if (isReceived && isCurrent)
        {
            return FieldFacts.AreEqual(now, before)
                ? null
                : ReplyTexts.Inequivalent(key, shown, FieldFacts.Text(now), FieldFacts.Text(before));
        }

        if (isReceived)
        {
            return $"inequivalent arg '{key}' for {shown}: received the value '{FieldFacts.Text(now)}' of type "
                + $"'{FieldFacts.TypeName(now)}' but current is none";
        }

        return isCurrent
            ? $"inequivalent arg '{key}' for {shown}: received none but current is the value "
                + $"'{FieldFacts.Text(before)}' of type '{FieldFacts.TypeName(before)}'"
            : null;
    }

    private void OnExchangeDelete(ChannelModel channel, ExchangeDelete delete)
    {
        string name = StripLineBreaks(delete.Exchange);
        if (name.Length == 0)
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.DefaultExchange);
            return;
        }

        if (name.StartsWith("amq.", StringComparison.Ordinal))
        {
            string shown = ReplyTexts.Exchange(name, _virtualHost!.Name);
            FailChannel(channel, ReplyCode.AccessRefused, $"deletion of system {shown} not allowed");
            return;
        }

        if (!MayUseExchange(channel, PermissionKind.Configure, name))
        {
            return;
        }

        if (_virtualHost!.TryGetExchange(name, out ExchangeModel exchange))
        {
            if (delete.IfUnused && exchange.Outgoing.Count > 0)
            {
                FailChannel(channel, ReplyCode.PreconditionFailed, $"{Shown(exchange)} in use");
                return;
            }

            _virtualHost.Delete(exchange);
        }

        if (!delete.NoWait)
        {
            Write(channel.Number, new ExchangeDeleteOk());
        }
    }

    private void OnExchangeBind(ChannelModel channel, ExchangeBind bind)
    {
        string sourceName = StripLineBreaks(bind.Source);
        string destinationName = StripLineBreaks(bind.Destination);
        if (!MayBindExchanges(channel, sourceName, destinationName, bind.RoutingKey))
        {
            return;
        }

        if (!_virtualHost!.TryGetExchange(sourceName, out ExchangeModel source))
        {
            FailChannel(channel, ReplyCode.NotFound, NoExchange(sourceName));
        }
        else if (!_virtualHost.TryGetExchange(destinationName, out ExchangeModel destination))
        {
            FailChannel(channel, ReplyCode.NotFound, NoExchange(destinationName));
        }
        else if (TryBind(channel, new Binding
        {
            Source = source,
            Exchange = destination,
            Key = bind.RoutingKey,
            Arguments = bind.Arguments,
        }) && !bind.NoWait)
        {
            Write(channel.Number, new ExchangeBindOk());
        }
    }

    private bool MayBindExchanges(ChannelModel channel, string source, string destination, string key)
    {
        if (!MayUseExchange(channel, PermissionKind.Write, destination))
        {
            return false;
        }

        if (destination.Length > 0)
        {
            return MayBindSource(channel, source, key);
        }

        FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.DefaultExchange);
        return false;
    }

    /// <summary>The source of a binding: not the default exchange, readable, and by this key.</summary>
    private bool MayBindSource(ChannelModel channel, string source, string key)
    {
        if (source.Length == 0)
        {
            FailChannel(channel, ReplyCode.AccessRefused, ReplyTexts.DefaultExchange);
            return false;
        }

        return MayUseExchange(channel, PermissionKind.Read, source)
            && (!_virtualHost!.TryGetExchange(source, out ExchangeModel exchange)
                || MayUseTopic(channel, PermissionKind.Read, exchange, key));
    }

    private bool TryBind(ChannelModel channel, Binding binding)
    {
        if (binding.Source.Kind == ExchangeKind.Headers && HeadersTable.Refusal(binding.Arguments) is { } refusal)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, refusal);
            return false;
        }

        _virtualHost!.Bind(binding);
        return true;
    }

    /// <summary>Whatever is missing, the answer is unbind-ok; only the default exchange is refused.</summary>
    private void OnExchangeUnbind(ChannelModel channel, ExchangeUnbind unbind)
    {
        string sourceName = StripLineBreaks(unbind.Source);
        string destinationName = StripLineBreaks(unbind.Destination);
        if (!MayBindExchanges(channel, sourceName, destinationName, unbind.RoutingKey))
        {
            return;
        }

        if (_virtualHost!.TryGetExchange(sourceName, out ExchangeModel source)
            && _virtualHost.TryGetExchange(destinationName, out ExchangeModel destination))
        {
            _virtualHost.Unbind(new Binding
            {
                Source = source,
                Exchange = destination,
                Key = unbind.RoutingKey,
                Arguments = unbind.Arguments,
            });
        }

        if (!unbind.NoWait)
        {
            Write(channel.Number, new ExchangeUnbindOk());
        }
    }

    private string NoExchange(string name) => "no " + ReplyTexts.Exchange(name, _virtualHost!.Name);

    private string Shown(ExchangeModel exchange) => ReplyTexts.Exchange(exchange.Name, _virtualHost!.Name);

    private static string StripLineBreaks(string name) => name.AsSpan().ContainsAny('\r', '\n')
        ? name.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)
        : name;
}
