namespace Amqp.FakeBroker.Http;

/// <summary>Every route there is.</summary>
internal static class RouteTable
{
    public static Route[] Build() =>
    [
        .. OverviewApi.Routes,
        .. ConnectionApi.Routes,
        .. QueueApi.Routes,
        .. ExchangeApi.Routes,
        .. BindingApi.Routes,
        .. AccessApi.Routes,
        .. VirtualHostApi.Routes,
        .. PolicyApi.Routes,
        .. DefinitionsApi.Routes,
        .. HealthApi.Routes,
        .. SimFaultApi.Routes,
        .. SimStateApi.Routes,
    ];
}
