using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Amqp.Property.Architecture;

/// <summary>
/// Reads an assembly's metadata and lists what ties it to the outside: every type and member it names of another
/// assembly has to be on a short list of the base library's pure parts. Nothing can be called without being named
/// there, so an empty list is a proof, reflection aside, which is not on the list either.
/// </summary>
internal static class PurityScan
{
    private static readonly string[] PureNamespaces =
    [
        "System", "System.Buffers", "System.Buffers.Binary", "System.Buffers.Text", "System.Collections",
        "System.Collections.Frozen", "System.Collections.Generic", "System.Collections.Immutable",
        "System.Collections.ObjectModel", "System.Diagnostics.CodeAnalysis", "System.Globalization", "System.Linq",
        "System.Numerics", "System.Runtime.CompilerServices", "System.Runtime.InteropServices",
        "System.Runtime.Intrinsics", "System.Runtime.Versioning", "System.Text", "System.Text.Unicode",
        "System.ComponentModel", "Microsoft.CodeAnalysis",
    ];

    // Single types of namespaces that are otherwise closed.
    private static readonly string[] PureTypes =
    [
        "System.Diagnostics.Debug", "System.Diagnostics.DebuggableAttribute",
        "System.Diagnostics.DebuggableAttribute+DebuggingModes",
        "System.Diagnostics.DebuggerBrowsableAttribute", "System.Diagnostics.DebuggerBrowsableState",
        "System.Diagnostics.DebuggerDisplayAttribute", "System.Diagnostics.DebuggerHiddenAttribute",
        "System.Diagnostics.DebuggerNonUserCodeAttribute", "System.Diagnostics.DebuggerStepThroughAttribute",
        "System.Diagnostics.UnreachableException", "System.Diagnostics.StackTraceHiddenAttribute",
        "System.Reflection.AssemblyCompanyAttribute", "System.Reflection.AssemblyConfigurationAttribute",
        "System.Reflection.AssemblyCopyrightAttribute", "System.Reflection.AssemblyFileVersionAttribute",
        "System.Reflection.AssemblyInformationalVersionAttribute", "System.Reflection.AssemblyMetadataAttribute",
        "System.Reflection.AssemblyProductAttribute", "System.Reflection.AssemblyTitleAttribute",
        "System.Reflection.AssemblyDescriptionAttribute", "System.Reflection.DefaultMemberAttribute",
        "System.Security.UnverifiableCodeAttribute",
        "System.Security.Permissions.SecurityPermissionAttribute", "System.Security.Permissions.SecurityAction",
    ];

    private static readonly string[] ImpureTypes =
    [
        "System.Activator", "System.AppContext", "System.AppDomain", "System.Console", "System.GC",
        "System.IProgress`1", "System.Progress`1", "System.Random", "System.TimeProvider",
        "System.TimeZone", "System.TimeZoneInfo", "System.Runtime.InteropServices.Marshal",
        "System.Runtime.InteropServices.NativeLibrary",
    ];

    // Compiler services that exist for async code only.
    private static readonly string[] ImpureNameParts = ["Async", "TaskAwaiter", "Awaitable"];

    private static readonly string[] ImpureMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7",
    ];

    // Every iterator asks for the thread's number; nothing else of the environment is pure.
    private static readonly string[] PureMembersOfEnvironment =
        ["System.Environment.get_CurrentManagedThreadId", "System.Environment.get_NewLine"];

    /// <summary>The offences of the assembly in that file, sorted.</summary>
    public static IReadOnlyList<string> Offences(string path)
    {
        using var file = File.OpenRead(path);
        return Offences(file);
    }

    /// <summary>The offences of the assembly in that stream, sorted.</summary>
    public static IReadOnlyList<string> Offences(Stream assembly)
    {
        using var image = new PEReader(assembly, PEStreamOptions.LeaveOpen);
        var metadata = image.GetMetadataReader();
        var types = metadata.TypeReferences.Select(handle => NameOf(metadata, handle)).Where(IsImpure);
        var members = metadata.MemberReferences.Select(handle => NameOf(metadata, handle))
            .Where(IsImpureMember);
        var natives = metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => "native " + metadata.GetString(method.Name));
        var foreign = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal))
            .Select(name => "assembly " + name);
        return [.. types.Concat(members).Concat(natives).Concat(foreign).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The namespaces of another assembly's types that this one names.</summary>
    public static IReadOnlyList<string> NamespacesUsedOf(string path, string otherAssembly)
    {
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return [.. metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Where(type => type.ResolutionScope.Kind == HandleKind.AssemblyReference
                && metadata.GetString(metadata.GetAssemblyReference(
                    (AssemblyReferenceHandle)type.ResolutionScope).Name) == otherAssembly)
            .Select(type => metadata.GetString(type.Namespace))
            .Distinct()
            .Order(StringComparer.Ordinal)];
    }

    private static bool IsImpure(string type)
    {
        if (PureTypes.Contains(type))
        {
            return false;
        }

        var end = type.LastIndexOf('.');
        var space = end < 0 ? "" : type[..end];
        return !PureNamespaces.Contains(space)
            || ImpureTypes.Contains(type)
            || ImpureNameParts.Any(part => type.Contains(part, StringComparison.Ordinal));
    }

    private static bool IsImpureMember(string member) =>
        ImpureMembers.Contains(member)
        || (member.StartsWith("System.Environment.", StringComparison.Ordinal)
            && !PureMembersOfEnvironment.Contains(member));

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        // A nested type has no namespace: that of the type around it counts, as Outer+Inner.
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope) + "+" + name
            : metadata.GetString(type.Namespace) + "." + name;
    }

    private static string NameOf(MetadataReader metadata, MemberReferenceHandle handle)
    {
        var member = metadata.GetMemberReference(handle);
        var name = metadata.GetString(member.Name);
        return member.Parent.Kind == HandleKind.TypeReference
            ? NameOf(metadata, (TypeReferenceHandle)member.Parent) + "." + name
            : name;
    }
}
