using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Baloan.Functions.Tests.MicrosoftApi;

/// <summary>
/// The app is compiled against the stand-ins in src/Portable here, and against Microsoft's packages where it is deployed. This compares
/// every type and member of them that the compiled app refers to with a list written down from Microsoft's source.
/// </summary>
public sealed class MicrosoftApiTests
{
    private const string List = "MicrosoftApi/MicrosoftApi.txt";
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Assembly App = typeof(Services).Assembly;

    [Fact]
    public void The_app_uses_nothing_but_what_Microsoft_s_packages_have()
    {
        var used = Used();

        // Something of each package: the reading itself works.
        used.Keys.Select(type => type.Name).ShouldContain("FunctionAttribute");
        used.Keys.Select(type => type.Name).ShouldContain("TableClient");
        used.Values.Sum(members => members.Count).ShouldBeGreaterThan(40);
        Faults(used, Read(File.ReadAllLines(ListPath()))).ShouldBeEmpty();
    }

    [Fact]
    public void A_drift_is_told_in_a_sentence_that_says_what_to_do()
    {
        var lines = File.ReadAllLines(ListPath())
            .Where(line => line.Trim() != "IHost Build()")
            .Select(line => line.Replace("Task<Response> AddEntityAsync<T>(T entity,", "Task<Response> AddEntityAsync<T>(T row,", StringComparison.Ordinal))
            .Select(line => line.Trim() == "Function = 2" ? "    Function = 1" : line)
            .Select(line => line == "Azure.Data.Tables.Models.TableItem" ? "Azure.Data.Tables.TableItem" : line);

        var faults = Faults(Used(), Read(lines));

        faults.Count.ShouldBe(4, string.Join('\n', faults));
        faults.ShouldContain(fault => fault.Contains("Build()") && fault.Contains("look it up in Microsoft's source"));
        faults.ShouldContain(fault => fault.Contains("AddEntityAsync<T>(T entity,") && fault.Contains("AddEntityAsync<T>(T row,") && fault.Contains("src/Portable"));
        faults.ShouldContain(fault => fault.Contains("Function = 2") && fault.Contains("src/Portable"));
        faults.ShouldContain(fault => fault.Contains("Azure.Data.Tables.Models.TableItem") && fault.Contains("look it up in Microsoft's source"));
    }

    private static List<string> Faults(Dictionary<Type, HashSet<string>> used, Dictionary<string, HashSet<string>> listed)
    {
        var faults = new List<string>();
        foreach (var (type, members) in used)
        {
            if (!listed.TryGetValue(type.FullName!, out var known))
            {
                faults.Add($"The app uses {type.FullName}, which is not in {List}: look it up in Microsoft's source, and write it there with where it stands.");
                continue;
            }

            foreach (var member in members.Except(known))
            {
                var sameName = known.Where(one => NameOf(one) == NameOf(member)).ToArray();
                faults.Add(sameName.Length == 0
                    ? $"The app uses {type.FullName}: {member}, which is not in {List}: look it up in Microsoft's source, and write it there with where it stands."
                    : $"{type.FullName}: the app is compiled here against '{member}', and Microsoft has '{string.Join("' and '", sameName)}'. Make src/Portable say what Microsoft's source says.");
            }
        }

        return faults;
    }

    private static string NameOf(string signature)
    {
        var upToName = signature.Split('(', '{', '[', '=')[0].Trim();
        return upToName[(upToName.LastIndexOf(' ') + 1)..].Split('<')[0];
    }

    private static Dictionary<string, HashSet<string>> Read(IEnumerable<string> lines)
    {
        var listed = new Dictionary<string, HashSet<string>>();
        HashSet<string>? members = null;
        foreach (var line in lines.Where(line => line.Trim().Length > 0 && !line.StartsWith('#')))
        {
            if (char.IsWhiteSpace(line[0]))
            {
                members.ShouldNotBeNull().Add(line.Trim());
            }
            else
            {
                listed.Add(line, members = []);
            }
        }

        return listed;
    }

    /// <summary>What the compiled app refers to, by type.</summary>
    private static Dictionary<Type, HashSet<string>> Used()
    {
        var used = new Dictionary<Type, HashSet<string>>();
        HashSet<string> Of(Type type) => used.TryGetValue(type, out var known) ? known : used[type] = [];
        void Add(MemberInfo member)
        {
            if (member.DeclaringType is { } type && IsMicrosofts(type))
            {
                Of(type).Add(Signature.Of(member));
            }
        }

        using var file = new PEReader(File.OpenRead(App.Location));
        var metadata = file.GetMetadataReader();
        foreach (var type in metadata.TypeReferences.Select(handle => App.ManifestModule.ResolveType(MetadataTokens.GetToken(handle))).Where(IsMicrosofts))
        {
            Of(type);
            if (type.IsEnum)
            {
                // A value is compiled in as a number.
                foreach (var value in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                {
                    Add(value);
                }
            }
        }

        foreach (var handle in metadata.MemberReferences)
        {
            if (metadata.GetMemberReference(handle).Parent.Kind == HandleKind.TypeReference)
            {
                Add(App.ManifestModule.ResolveMember(MetadataTokens.GetToken(handle))!);
            }
        }

        foreach (var type in App.GetTypes())
        {
            // Who implements an interface implements all of it.
            foreach (var member in type.GetInterfaces().Where(IsMicrosofts).SelectMany(one => one.GetMembers()).Where(member => member is not MethodBase { IsSpecialName: true }))
            {
                Add(member);
            }

            // What an attribute is given by name stands in no reference.
            var places = type.GetMembers(Everything).SelectMany(member => member is MethodBase method
                ? method.GetParameters().Select(parameter => parameter.GetCustomAttributesData()).Append(member.GetCustomAttributesData())
                : [member.GetCustomAttributesData()]);
            foreach (var named in places.Append(type.GetCustomAttributesData()).SelectMany(place => place)
                .Where(attribute => IsMicrosofts(attribute.AttributeType)).SelectMany(attribute => attribute.NamedArguments))
            {
                Add(named.MemberInfo);
            }
        }

        return used;
    }

    private static bool IsMicrosofts(Type type) =>
        type.Assembly.GetName().Name is { } name
        && (name == "Azure.Data.Tables" || name.StartsWith("Microsoft.Azure.Functions.Worker", StringComparison.Ordinal));

    private static string ListPath() => Path.Combine(AppContext.BaseDirectory, List);
}
