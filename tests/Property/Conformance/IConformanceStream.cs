namespace Amqp.Property.Conformance;

/// <summary>The client's end of one stream to the broker under test.</summary>
internal interface IConformanceStream
{
    /// <summary>Sends octets. A stream that the broker has closed swallows them.</summary>
    void Write(byte[] octets);

    /// <summary>Takes what has arrived, without waiting; false when nothing has.</summary>
    /// <param name="octets">What arrived; empty when the broker has closed the stream.</param>
    bool TryRead(out byte[] octets);

    /// <summary>Lets go of the stream without a word.</summary>
    void Close();
}
