namespace SpecGen;

/// <summary>A frame type.</summary>
internal sealed record FrameSpec(int Id, string Name);
