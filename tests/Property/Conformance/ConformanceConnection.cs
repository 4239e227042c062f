using System.Buffers.Binary;
using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>One stream of a scenario: it writes what it is told and lists what comes, and answers closes.</summary>
internal sealed class ConformanceConnection(string name, IConformanceStream stream)
{
    private readonly Dictionary<int, PendingContent> _pending = [];
    private byte[] _buffer = [];

    public string Name { get; } = name;

    public IConformanceStream Stream { get; } = stream;

    /// <summary>What came and has not been compared yet.</summary>
    public List<(int Channel, JsonObject Event)> Events { get; } = [];

    /// <summary>True once either side has closed the stream.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>True once either side has said connection.close or its answer.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The channels that were opened and have not been closed since, as far as is known here.</summary>
    public HashSet<int> OpenChannels { get; } = [];

    public int FrameMax { get; set; } = 131072;

    public bool AnswersCloses { get; set; } = true;

    public bool ShowsHeartbeats { get; set; }

    public void Write(byte[] octets)
    {
        if (!IsEnded)
        {
            Stream.Write(octets);
        }
    }

    public void Send(int channel, string method, JsonObject? args = null) =>
        Write(WireEncoder.Method(channel, method, args));

    public void CloseSocket()
    {
        Stream.Close();
        IsEnded = true;
    }

    /// <summary>Reads what is there; true when it made an event (hidden heartbeats make none).</summary>
    public bool Pump()
    {
        if (IsEnded || !Stream.TryRead(out var octets))
        {
            return false;
        }

        if (octets.Length == 0)
        {
            IsEnded = true;
            Events.Add((0, new JsonObject { ["eof"] = true }));
            return true;
        }

        _buffer = [.. _buffer, .. octets];
        return Parse();
    }

    private bool Parse()
    {
        var any = false;
        var at = 0;
        while (true)
        {
            var rest = _buffer.AsSpan(at);
            if (rest.Length >= 8 && rest.StartsWith("AMQP"u8))
            {
                Events.Add((0, new JsonObject { ["protocol-header"] = Convert.ToHexStringLower(rest[..8]) }));
                at += 8;
                any = true;
                continue;
            }

            var size = rest.Length < 7 ? 0 : (int)BinaryPrimitives.ReadUInt32BigEndian(rest[3..]);
            if (rest.Length < 7 || rest.Length < size + 8)
            {
                break;
            }

            var channel = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            at += size + 8;
            if (rest[size + 7] != 206)
            {
                Events.Add((channel, new JsonObject { ["bad-frame-end"] = rest[size + 7] }));
            }

            if (rest[0] != 8 || ShowsHeartbeats)
            {
                any = true;
                OnFrame(rest[0], channel, rest.Slice(7, size).ToArray());
            }
        }

        _buffer = _buffer[at..];
        return any;
    }

    private void OnFrame(int type, int channel, byte[] payload)
    {
        switch (type)
        {
            case 1:
                OnMethod(channel, payload);
                break;
            case 2 when _pending.TryGetValue(channel, out var content):
                (content.Size, var properties) = WireDecoder.Header(payload);
                content.Event["props"] = properties;
                Finish(channel, content);
                break;
            case 2:
                Events.Add((channel, new JsonObject { ["stray-header"] = WireDecoder.Header(payload).Size }));
                break;
            case 3 when _pending.TryGetValue(channel, out var content):
                content.Add(payload);
                Finish(channel, content);
                break;
            case 3:
                Events.Add((channel, new JsonObject { ["stray-body"] = payload.Length }));
                break;
            case 8:
                var isRun = Events.Count > 0 && Events[^1].Channel == channel
                    && Events[^1].Event.ContainsKey("heartbeat");
                if (!isRun)
                {
                    Events.Add((channel, new JsonObject { ["heartbeat"] = true }));
                }

                break;
            default:
                var frame = new JsonObject { ["frame"] = type, ["hex"] = Convert.ToHexStringLower(payload) };
                Events.Add((channel, frame));
                break;
        }
    }

    private void OnMethod(int channel, byte[] payload)
    {
        var (method, shown) = WireDecoder.Method(payload);
        if (method is { HasContent: true })
        {
            _pending[channel] = new PendingContent(shown);
            return;
        }

        Events.Add((channel, shown));
        Note(channel, method?.Name);
        if (AnswersCloses && method?.Name is "channel.close" or "connection.close")
        {
            Send(method.Name == "channel.close" ? channel : 0, method.Name + "-ok");
        }
    }

    private void Note(int channel, string? method)
    {
        switch (method)
        {
            case "channel.open-ok":
                OpenChannels.Add(channel);
                break;
            case "channel.close" or "channel.close-ok":
                OpenChannels.Remove(channel);
                break;
            case "connection.close" or "connection.close-ok":
                IsClosed = true;
                break;
        }
    }

    private void Finish(int channel, PendingContent content)
    {
        if (content.TryFinish())
        {
            _pending.Remove(channel);
            Events.Add((channel, content.Event));
        }
    }

    private sealed class PendingContent(JsonObject shown)
    {
        private readonly MemoryStream _body = new();
        private readonly List<int> _frames = [];

        public JsonObject Event { get; } = shown;

        public ulong Size { get; set; } = ulong.MaxValue;

        public void Add(byte[] octets)
        {
            _body.Write(octets);
            _frames.Add(octets.Length);
        }

        public bool TryFinish()
        {
            if ((ulong)_body.Length < Size)
            {
                return false;
            }

            Event["body"] = WireDecoder.Body(_body.ToArray());
            if (_frames.Count > 1)
            {
                Event["body-frames"] = new JsonArray([.. _frames.Select(each => JsonValue.Create(each))]);
            }

            return true;
        }
    }
}
