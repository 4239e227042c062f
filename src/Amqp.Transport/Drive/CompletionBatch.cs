using Amqp.Transport.Publish;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Drive;

/// <summary>What an input of the engine made due: collected under the gate, run after it was left, in order. One for
/// each thread of control; reused.</summary>
internal sealed class CompletionBatch
{
    private readonly List<(IPending Target, object? Outcome)> _items = [];
    private readonly List<InlineItem> _inline = [];

    private bool _hasInlineConfirms;

    /// <summary>Whether inline handlers are due, or publishers that go on inline.</summary>
    public bool HasInline => _inline.Count > 0 || _hasInlineConfirms;

    public bool IsEmpty => _items.Count == 0 && _inline.Count == 0;

    public void Add(IPending target, object? outcome) => _items.Add((target, outcome));

    public void Add(PublishSource source, object? outcome)
    {
        _hasInlineConfirms |= source.IsInline;
        _items.Add((source, outcome));
    }

    public void Add(in InlineItem item) => _inline.Add(item);

    /// <summary>Remembers rare work that may run user code, such as logging.</summary>
    public void Defer(Action action) => _items.Add((DeferredAction.Instance, action));

    /// <summary>Runs everything; nothing that it runs may throw out of here.</summary>
    public void Run(ILogger logger)
    {
        for (int i = 0; i < _inline.Count; i++)
        {
            _inline[i].Consumer.RunInline(_inline[i]);
        }

        _inline.Clear();
        for (int i = 0; i < _items.Count; i++)
        {
            (IPending target, object? outcome) = _items[i];
            try
            {
                target.Complete(outcome);
            }
            catch (Exception error)
            {
                Log.CallbackFailed(logger, error);
            }
        }

        _items.Clear();
        _hasInlineConfirms = false;
    }
}
