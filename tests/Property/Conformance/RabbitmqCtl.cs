using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;

namespace Amqp.Property.Conformance;

/// <summary>The words of rabbitmqctl that scenarios use, done by the broker's own control operations.</summary>
internal static partial class RabbitmqCtl
{
    public static void Run(BrokerCore core, IReadOnlyList<string> arguments)
    {
        List<string> words = [.. arguments];
        var host = Option(words, "-p") ?? Option(words, "--vhost") ?? "/";
        var applyTo = Option(words, "--apply-to") ?? "all";
        string[] w = [.. words];
        switch (w)
        {
            case ["add_user", var name, var password]:
                core.PutUser(new BrokerUser(name, password));
                break;
            case ["delete_user", var name]:
                core.DeleteUser(name);
                break;
            case ["change_password", var name, var password]:
                core.PutUser(User(core, name) with { Password = password });
                break;
            case ["clear_password", var name]:
                core.PutUser(User(core, name) with { Password = null });
                break;
            case ["set_user_tags", var name, .. var tags]:
                core.PutUser(User(core, name) with { Tags = [.. tags] });
                break;
            case ["set_permissions", var name, var configure, var write, var read]:
                core.SetPermissions(host, name, new BrokerPermissions(configure, write, read));
                break;
            case ["clear_permissions", var name]:
                core.ClearPermissions(host, name);
                break;
            case ["set_topic_permissions", var name, var exchange, var write, var read]:
                core.SetTopicPermission(new TopicPermissionInfo(name, host, exchange, write, read));
                break;
            case ["add_vhost", var name]:
                core.AddVirtualHost(name);
                break;
            case ["delete_vhost", var name]:
                core.DeleteVirtualHost(name);
                break;
            case ["set_policy", var name, var pattern, var definition]:
                core.PutPolicy(new BrokerPolicy(host, name, pattern, Table(definition)) { ApplyTo = applyTo });
                break;
            case ["set_operator_policy", var name, var pattern, var definition]:
                core.PutOperatorPolicy(
                    new BrokerPolicy(host, name, pattern, Table(definition)) { ApplyTo = applyTo });
                break;
            case ["clear_policy", var name]:
                core.DeletePolicy(host, name);
                break;
            default:
                RunOnBroker(core, host, w);
                break;
        }
    }

    private static void RunOnBroker(BrokerCore core, string host, string[] words)
    {
        switch (words)
        {
            case ["set_vm_memory_high_watermark", var mark]:
                core.SetMemoryAlarm(mark == "0");
                break;
            case ["close_all_connections", var reason]:
                core.CloseConnections(each => each.VirtualHost == host, reason);
                break;
            case ["close_all_user_connections", var user, var reason]:
                core.CloseConnections(each => each.UserName == user, reason);
                break;
            case ["stop_app"]:
                core.Stop();
                break;
            case ["start_app"]:
                core.Start();
                break;
            case ["delete_queue", var queue]:
                core.DeleteQueue(host, queue);
                break;
            case ["purge_queue", var queue]:
                core.PurgeQueue(host, queue);
                break;
            case ["set_vhost_limits", var limits]:
                core.SetVirtualHostLimits(host, Limit(limits, "max-connections"), Limit(limits, "max-queues"));
                break;
            case ["clear_vhost_limits"]:
                core.SetVirtualHostLimits(host, null, null);
                break;
            case ["set_user_limits", var user, var limits]:
                core.SetUserLimits(user, Limit(limits, "max-connections"), Limit(limits, "max-channels"));
                break;
            case ["clear_user_limits", var user, _]:
                core.SetUserLimits(user, null, null);
                break;
            case ["trace_on"] or ["trace_off"]:
                core.SetTracing(host, words[0] == "trace_on");
                break;
            case ["eval", var code]:
                Evaluate(core, code);
                break;
            default:
                throw new ScenarioException($"no such command: {string.Join(' ', words)}");
        }
    }

    /// <summary>
    /// The settings that scenarios change in a running RabbitMQ: application:set_env(rabbit, key, value).
    /// </summary>
    private static void Evaluate(BrokerCore core, string code)
    {
        var timeout = core.ConsumerTimeout;
        foreach (Match match in Setting().Matches(code))
        {
            var value = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            switch (match.Groups[1].Value)
            {
                case "max_message_size":
                    core.SetMaxMessageSize(value);
                    break;
                case "consumer_timeout":
                    timeout = TimeSpan.FromMilliseconds(value);
                    break;
                case "channel_tick_interval":
                    core.SetConsumerTimeout(timeout, TimeSpan.FromMilliseconds(value));
                    break;
                default:
                    throw new ScenarioException($"no such setting: {match.Value}");
            }
        }
    }

    private static BrokerUser User(BrokerCore core, string name) => core.Users.Single(each => each.Name == name);

    private static string? Option(List<string> words, string option)
    {
        var index = words.IndexOf(option);
        if (index < 0)
        {
            return null;
        }

        var value = words[index + 1];
        words.RemoveRange(index, 2);
        return value;
    }

    private static int? Limit(string json, string key) => (int?)JsonNode.Parse(json)![key];

    private static FieldTable Table(string json) => new(JsonNode.Parse(json)!.AsObject().Select(
        each => KeyValuePair.Create(each.Key, each.Value!.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.Number => FieldValue.Int64((long)each.Value),
            System.Text.Json.JsonValueKind.String => FieldValue.LongString((string)each.Value!),
            _ => FieldValue.Boolean((bool)each.Value),
        })));

    [GeneratedRegex(@"set_env\(rabbit, (\w+), (\d+)\)")]
    private static partial Regex Setting();
}
