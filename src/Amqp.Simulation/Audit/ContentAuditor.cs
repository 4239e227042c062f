using System.Runtime.InteropServices;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// D4, F1 and F9: on each channel a content is followed by its body pieces, to the last byte, before the next content;
/// delivery tags count up by one; and each body is one that was published.
/// </summary>
public sealed class ContentAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly Dictionary<ushort, (EventRecord Start, List<byte>? Body)> _inside = [];
    private readonly Dictionary<ushort, ulong> _lastTag = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>How many bodies were compared with what was published.</summary>
    public int Compared { get; private set; }

    /// <inheritdoc/>
    public void OnCommand(CommandRecord command)
    {
    }

    /// <inheritdoc/>
    public void OnEvent(EventRecord e)
    {
        ArgumentNullException.ThrowIfNull(e);
        switch (e.Kind)
        {
            case EventKind.Delivery or EventKind.GetOk or EventKind.Return:
                Begin(e);
                break;
            case EventKind.Body:
                Continue(e);
                break;
            case EventKind.ChannelClosed:
                _inside.Remove(e.Channel);
                _lastTag.Remove(e.Channel);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnSession(int number)
    {
        _inside.Clear();
        _lastTag.Clear();
    }

    /// <inheritdoc/>
    public void OnEnd(bool closed)
    {
    }

    private void Begin(EventRecord e)
    {
        if (_inside.ContainsKey(e.Channel))
        {
            _failures.Add($"D4 a content began inside another: {e}");
        }

        if (e.Kind != EventKind.Return)
        {
            ulong expected = _lastTag.GetValueOrDefault(e.Channel) + 1;
            if (e.DeliveryTag != expected)
            {
                _failures.Add($"F1 delivery tag {e.DeliveryTag} where {expected} was due: {e}");
            }

            _lastTag[e.Channel] = e.DeliveryTag;
        }

        if (e.BodySize == 0)
        {
            Compare(e, []);
        }
        else
        {
            _inside[e.Channel] = (e, null);
        }
    }

    private void Continue(EventRecord e)
    {
        if (!_inside.TryGetValue(e.Channel, out var content))
        {
            _failures.Add($"D4 a body without a content: {e}");
            return;
        }

        // Most bodies come in one piece, which is compared where it is.
        ReadOnlySpan<byte> body = e.Body.Bytes.Span;
        if (content.Body is not null || !e.Flag)
        {
            content.Body ??= [];
            content.Body.AddRange(body);
            _inside[e.Channel] = content;
            body = CollectionsMarshal.AsSpan(content.Body);
        }

        ulong have = (ulong)body.Length;
        if (have > content.Start.BodySize || e.Flag != (have == content.Start.BodySize))
        {
            _failures.Add($"D4 body of {have} bytes, last={e.Flag}, where {content.Start.BodySize} were announced");
        }

        if (e.Flag)
        {
            _inside.Remove(e.Channel);
            Compare(content.Start, body);
        }
    }

    private void Compare(EventRecord start, ReadOnlySpan<byte> body)
    {
        if (start.Properties?.MessageId is not { } id)
        {
            return;
        }

        Compared++;
        if (!MessageBody.Matches(id, body))
        {
            _failures.Add($"F9 message {id} came with another body of {body.Length} bytes");
        }
    }
}
