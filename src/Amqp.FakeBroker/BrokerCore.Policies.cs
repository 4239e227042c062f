using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Policies;

namespace Amqp.FakeBroker;

/// <content>Policies, those of users and those of operators.</content>
public sealed partial class BrokerCore
{
    /// <summary>The policies, by virtual host and name.</summary>
    public IReadOnlyList<BrokerPolicy> Policies => [.. _virtualHosts.Values.SelectMany(each => each.Policies.Policies)];

    /// <summary>The operator policies, by virtual host and name.</summary>
    public IReadOnlyList<BrokerPolicy> OperatorPolicies =>
        [.. _virtualHosts.Values.SelectMany(each => each.OperatorPolicies.Policies)];

    /// <summary>Adds or replaces a policy; it acts at once on the queues and exchanges it matches.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="BrokerControlException">
    /// No such virtual host, the pattern is malformed, or a setting has a value that it cannot have.
    /// </exception>
    public void PutPolicy(BrokerPolicy policy) => Put(policy, static host => host.Policies);

    /// <summary>
    /// Adds or replaces an operator policy, which bounds what arguments and policies ask for: of the numbers for a
    /// queue the lowest holds.
    /// </summary>
    /// <param name="policy">The policy; it acts at once on the queues it matches, never on exchanges.</param>
    /// <exception cref="BrokerControlException">
    /// No such virtual host, the pattern is malformed, or a setting has a value that it cannot have.
    /// </exception>
    public void PutOperatorPolicy(BrokerPolicy policy) => Put(policy, static host => host.OperatorPolicies);

    /// <summary>Deletes a policy; what it set is undone at once.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The policy's name.</param>
    /// <returns>False when there is none of that name.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public bool DeletePolicy(string virtualHost, string name) =>
        Delete(HostOrThrow(virtualHost), static host => host.Policies, name);

    /// <summary>Deletes an operator policy; what it set is undone at once.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The policy's name.</param>
    /// <returns>False when there is none of that name.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public bool DeleteOperatorPolicy(string virtualHost, string name) =>
        Delete(HostOrThrow(virtualHost), static host => host.OperatorPolicies, name);

    private void Put(BrokerPolicy policy, Func<VirtualHost, PolicyTable> table)
    {
        ArgumentNullException.ThrowIfNull(policy);
        VirtualHost host = HostOrThrow(policy.VirtualHost);
        Parsed(() => new NamePattern(policy.Pattern));
        if (PolicyRules.Refusal(policy.Definition) is { } refusal)
        {
            throw new BrokerControlException(refusal);
        }

        table(host).Put(policy);
        host.ApplyPolicies();
    }

    private static bool Delete(VirtualHost host, Func<VirtualHost, PolicyTable> table, string name)
    {
        bool isThere = table(host).Remove(name);
        if (isThere)
        {
            host.ApplyPolicies();
        }

        return isThere;
    }
}
