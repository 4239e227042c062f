namespace Amqp.Engine.Wire;

/// <summary>
/// The type tag of a field value. The tags are those that RabbitMQ speaks, which differ in places from the
/// letters printed in AMQP 0-9-1 §4.2.1; its published errata list them.
/// </summary>
public enum FieldType : byte
{
    /// <summary><c>t</c>: a boolean, one octet; any value but 0 is true.</summary>
    Boolean = (byte)'t',

    /// <summary><c>b</c>: a signed octet.</summary>
    Int8 = (byte)'b',

    /// <summary><c>B</c>: an unsigned octet.</summary>
    UInt8 = (byte)'B',

    /// <summary><c>s</c>: a signed 16-bit integer.</summary>
    Int16 = (byte)'s',

    /// <summary><c>u</c>: an unsigned 16-bit integer.</summary>
    UInt16 = (byte)'u',

    /// <summary><c>I</c>: a signed 32-bit integer.</summary>
    Int32 = (byte)'I',

    /// <summary><c>i</c>: an unsigned 32-bit integer.</summary>
    UInt32 = (byte)'i',

    /// <summary><c>l</c>: a signed 64-bit integer.</summary>
    Int64 = (byte)'l',

    /// <summary>
    /// <c>L</c>: a signed 64-bit integer under the other letter; kept apart so that it goes out as it came.
    /// </summary>
    Int64Alt = (byte)'L',

    /// <summary><c>f</c>: a 32-bit IEEE 754 number.</summary>
    Float = (byte)'f',

    /// <summary><c>d</c>: a 64-bit IEEE 754 number.</summary>
    Double = (byte)'d',

    /// <summary><c>D</c>: a decimal: an octet of scale and a signed 32-bit integer.</summary>
    Decimal = (byte)'D',

    /// <summary><c>S</c>: a long string: any bytes, most often UTF-8.</summary>
    LongString = (byte)'S',

    /// <summary><c>x</c>: bytes.</summary>
    Bytes = (byte)'x',

    /// <summary><c>A</c>: an array of field values.</summary>
    Array = (byte)'A',

    /// <summary><c>T</c>: a timestamp in seconds since 1970.</summary>
    Timestamp = (byte)'T',

    /// <summary><c>F</c>: a nested field table.</summary>
    Table = (byte)'F',

    /// <summary><c>V</c>: no value.</summary>
    Void = (byte)'V',
}
