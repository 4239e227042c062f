using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Headers exchange: the binding's arguments against the message's headers, in one of four modes of x-match.
/// </summary>
internal sealed class HeadersTable(bool equatesIntegersAndReals) : BindingTable
{
    private readonly List<Binding> _bindings = [];

    public override void Add(Binding binding) => _bindings.Add(binding);

    public override void Remove(Binding binding) => _bindings.Remove(binding);

    public override void Match(string routingKey, StoredMessage message, List<Binding> matches)
    {
        FieldTable headers = message.Properties.Headers ?? FieldTable.Empty;
        foreach (Binding binding in _bindings)
        {
            if (IsMatch(binding.Arguments, headers))
            {
                matches.Add(binding);
            }
        }
    }

    /// <summary>
    /// The text of the 406 for a binding's x-match, or null when it is absent or one of the four modes.
    /// </summary>
    public static string? Refusal(FieldTable arguments)
    {
        if (!arguments.TryGet("x-match", out FieldValue mode))
        {
            return null;
        }

        if (mode.Type != FieldType.LongString)
        {
            string shown = FieldFacts.Text(mode);
            return $"Invalid x-match field type {FieldFacts.TypeName(mode)} (value {shown}); expected longstr";
        }

        string word = mode.AsString();
        return word is "all" or "any" or "all-with-x" or "any-with-x"
            ? null
            : $"Invalid x-match field value {Text.ErlangTerms.Binary(word)}; "
                + "expected all, any, all-with-x, or any-with-x";
    }

    private bool IsSame(in FieldValue wanted, in FieldValue found) =>
        FieldFacts.AreEqual(wanted, found)
        && (equatesIntegersAndReals || FieldFacts.TryInteger(wanted, out _) == FieldFacts.TryInteger(found, out _));

    private bool IsMatch(FieldTable wanted, FieldTable headers)
    {
        string mode = wanted.TryGet("x-match", out FieldValue value) ? value.AsString() : "all";
        bool any = mode is "any" or "any-with-x";
        bool withX = mode is "all-with-x" or "any-with-x";
        foreach (KeyValuePair<string, FieldValue> pair in wanted)
        {
            if (pair.Key == "x-match" || (!withX && pair.Key.StartsWith("x-", StringComparison.Ordinal)))
            {
                continue;
            }

            bool hit = headers.TryGet(pair.Key, out FieldValue found)
                && (pair.Value.Type == FieldType.Void || IsSame(pair.Value, found));
            if (hit == any)
            {
                return any;
            }
        }

        return !any;
    }
}
