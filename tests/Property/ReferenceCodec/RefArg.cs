namespace Amqp.Property.ReferenceCodec;

/// <summary>
/// A decoded argument or property. <paramref name="Value"/> is a ulong for every number, a bool for a bit, a byte array
/// for both kinds of string and a list of <see cref="RefEntry"/> for a table.
/// </summary>
public sealed record RefArg(RefField Field, object Value);
