using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Peers;
using Amqp.Simulation.Scenarios;

namespace Amqp.Property.Session;

// Plays the operations and keeps the auditors informed.
public sealed partial record PeerScript
{
    private sealed class Player
    {
        private readonly ScriptedPeer _peer = new ScriptedPeer().Handshake();
        private readonly IAuditor[] _auditors;
        private readonly List<ushort> _channels = [];
        private readonly Queue<(ushort Channel, AmqpMethod Answer)> _answers = new();
        private readonly SortedDictionary<ushort, ulong> _published = [];
        private int _seenEvents;
        private int _seenFrames;
        private int _calls;

        public Player()
        {
            _auditors = [new TerminalAuditor(), new CompletionAuditor(), new ConfirmAuditor()];

            // Two open channels to begin with, or most scripts would never get to a call.
            foreach (PeerOpKind kind in (PeerOpKind[])[
                PeerOpKind.OpenChannel, PeerOpKind.OpenChannel, PeerOpKind.AnswerAll])
            {
                Play(new PeerOp(kind, 0, 0));
            }
        }

        public void Play(PeerOp op)
        {
            switch (op.Kind)
            {
                case <= PeerOpKind.Close:
                    Command(op);
                    break;
                case PeerOpKind.Answer:
                    Answer();
                    break;
                case PeerOpKind.AnswerAll:
                    for (int i = _answers.Count; i > 0; i--)
                    {
                        Answer();
                    }

                    break;
                default:
                    PeerActs(op);
                    break;
            }

            Watch();
        }

        public Result End()
        {
            _peer.FeedEnd(StreamEnd.Fin);
            Watch();

            // Whatever comes after the end must have no effect at all.
            _peer.Feed(0, new ConnectionCloseOk()).FeedEnd(StreamEnd.Reset).Advance(TimeSpan.FromDays(1));
            _peer.Session.OpenChannel(out _, out _);
            Watch();
            foreach (IAuditor auditor in _auditors)
            {
                auditor.OnEnd(closed: true);
            }

            return new Result(_peer, [.. _auditors.SelectMany(a => a.Failures)], _calls);
        }

        private void Command(PeerOp op)
        {
            ushort channel = Channel(op.A);
            CommandResult result;
            RequestId id = default;
            ulong sequence = 0;
            switch (op.Kind)
            {
                case PeerOpKind.OpenChannel:
                    result = _peer.Session.OpenChannel(out channel, out id);
                    if (result == CommandResult.Ok)
                    {
                        _channels.Add(channel);
                        _published[channel] = 0;
                    }

                    break;
                case PeerOpKind.CloseChannel:
                    result = _peer.Session.CloseChannel(channel, ReplyCode.Success, "bye", out id);
                    break;
                case PeerOpKind.ConfirmSelect:
                    result = _peer.Session.Call(channel, new ConfirmSelect(), out id);
                    break;
                case PeerOpKind.Publish:
                    result = _peer.Session.Publish(
                        channel, "", "k", op.B % 2 == 0, BasicProperties.Empty, new byte[op.B], out sequence);
                    _published[channel] = Math.Max(_published.GetValueOrDefault(channel), sequence);
                    break;
                case PeerOpKind.UpdateSecret:
                    result = _peer.Session.Call(
                        0, new ConnectionUpdateSecret { NewSecret = "s", Reason = "r" }, out id);
                    break;
                case PeerOpKind.Close:
                    result = _peer.Session.Close(ReplyCode.Success, "bye", _peer.Now);
                    break;
                default:
                    result = _peer.Session.Call(channel, PeerKit.CallNumber(op.B), out id);
                    break;
            }

            _calls += id == default ? 0 : 1;
            Step step = op.Kind == PeerOpKind.Publish ? new Step.Publish(op.A, "", "k", op.B) : new Step.Settle();
            foreach (IAuditor auditor in _auditors)
            {
                auditor.OnCommand(new CommandRecord(step, channel, result, id, sequence));
            }

            _peer.Drain();
        }

        private void Answer()
        {
            if (_answers.TryDequeue(out var answer))
            {
                _peer.Feed(answer.Channel, answer.Answer);
            }
        }

        private void PeerActs(PeerOp op)
        {
            ushort channel = Channel(op.A);
            switch (op.Kind)
            {
                case PeerOpKind.Settle when _published.GetValueOrDefault(channel) is > 0 and var last:
                    _peer.Feed(channel, new BasicAck
                    {
                        DeliveryTag = 1 + ((ulong)op.B % last),
                        Multiple = op.B % 3 == 0
                    });
                    break;
                case PeerOpKind.Deliver when _channels.Contains(channel):
                    foreach (byte[] frame in PeerKit.Content(
                        channel, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 }, new byte[op.B]))
                    {
                        _peer.Feed(frame);
                    }

                    break;
                case PeerOpKind.PeerClosesChannel when _channels.Contains(channel):
                    Forget(channel);
                    _peer.Feed(channel, new ChannelClose { ReplyCode = 404, ReplyText = "NOT_FOUND" });
                    break;
                case PeerOpKind.PeerBlocks:
                    _peer.Feed(
                        0, op.B % 2 == 0 ? new ConnectionBlocked { Reason = "memory" } : new ConnectionUnblocked());
                    break;
                case PeerOpKind.PeerBeats:
                    _peer.Feed(ScriptedPeer.HeartbeatFrame());
                    break;
                case PeerOpKind.PeerBreaksRules:
                    _peer.Feed(0, new BasicAck { DeliveryTag = 1 });
                    break;
                case PeerOpKind.PeerCloses:
                    _peer.Feed(0, new ConnectionClose { ReplyCode = 320, ReplyText = "CONNECTION_FORCED" });
                    break;
                case PeerOpKind.TimePasses:
                    _peer.Advance(TimeSpan.FromMilliseconds(op.B * 5));
                    break;
                case PeerOpKind.LongTimePasses:
                    _peer.Advance(TimeSpan.FromSeconds(op.B));
                    break;
                case PeerOpKind.StreamEnds:
                    _peer.FeedEnd((StreamEnd)(op.B % 4));
                    break;
            }
        }

        /// <summary>Collects the answers due for new frames, and tells the auditors of new events.</summary>
        private void Watch()
        {
            for (; _seenFrames < _peer.Frames.Count; _seenFrames++)
            {
                PeerFrame frame = _peer.Frames[_seenFrames];
                if (frame.Method is { } method && PeerKit.AnswerTo(method) is { } answer)
                {
                    _answers.Enqueue((frame.Channel, answer));
                }
            }

            for (; _seenEvents < _peer.Events.Count; _seenEvents++)
            {
                EventRecord e = _peer.Events[_seenEvents];
                if (e.Kind == EventKind.ChannelClosed)
                {
                    _channels.Remove(e.Channel);
                }

                foreach (IAuditor auditor in _auditors)
                {
                    auditor.OnEvent(e);
                }
            }
        }

        // An honest broker answers nothing on a channel that it closed, but for our own close.
        private void Forget(ushort channel)
        {
            (ushort Channel, AmqpMethod Answer)[] kept =
                [.. _answers.Where(a => a.Channel != channel || a.Answer is ChannelCloseOk)];
            _answers.Clear();
            foreach (var answer in kept)
            {
                _answers.Enqueue(answer);
            }
        }

        private ushort Channel(int index) => _channels.Count == 0 ? (ushort)1 : _channels[index % _channels.Count];
    }
}
