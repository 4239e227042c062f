using Amqp.Compare.Client;

namespace Amqp.Compare.Orchestration;

/// <summary>One client process that ran and whose claim the sink bore out.</summary>
internal sealed record Run(string Cell, string Library, int Round, ClientResult Result);
