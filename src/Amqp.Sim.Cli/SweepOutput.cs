namespace Amqp.Sim.Cli;

/// <summary>The files that a sweep leaves.</summary>
/// <param name="Json">The report for amqp-sim merge; null for none.</param>
/// <param name="Html">The report as a page; null for none.</param>
/// <param name="Save">The smallest scenario that fails; null for none.</param>
internal sealed record SweepOutput(string? Json, string? Html, string? Save)
{
    /// <summary>Writes the reports.</summary>
    public void Write(SweepReport report)
    {
        if (Json is not null)
        {
            report.Save(Json);
        }

        if (Html is not null)
        {
            File.WriteAllText(Html, SweepPage.Write(report));
        }
    }
}
