using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Baloan.Functions.Tests.MicrosoftApi;

/// <summary>Writes members as C# does: what calling code depends on, parameter names and default values included.</summary>
internal static class Signature
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(double)] = "double", [typeof(int)] = "int", [typeof(long)] = "long",
        [typeof(object)] = "object", [typeof(string)] = "string", [typeof(void)] = "void",
    };

    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{Name(constructor.DeclaringType!)}({Parameters(constructor)})",
        PropertyInfo property => Of(property),
        FieldInfo { DeclaringType.IsEnum: true } value =>
            string.Create(CultureInfo.InvariantCulture, $"{value.Name} = {Convert.ToInt64(value.GetRawConstantValue(), CultureInfo.InvariantCulture)}"),
        FieldInfo field => $"{Static(field.IsStatic)}{Name(field.FieldType)} {field.Name}",
        MethodInfo method => Of(method),
        _ => member.ToString()!,
    };

    private static string Of(PropertyInfo property)
    {
        var name = property.GetIndexParameters() is { Length: > 0 } keys ? $"this[{string.Join(", ", keys.Select(Of))}]" : property.Name;
        var accessors = $"{(property.GetMethod?.IsPublic == true ? "get; " : "")}{(property.SetMethod?.IsPublic == true ? "set; " : "")}";
        return $"{Static((property.GetMethod ?? property.SetMethod)!.IsStatic)}{Name(property.PropertyType)} {name} {{ {accessors}}}";
    }

    private static string Of(MethodInfo method)
    {
        // get_X and set_X are how a property is called.
        var property = method.IsSpecialName
            ? method.DeclaringType!.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
                .FirstOrDefault(one => one.GetMethod == method || one.SetMethod == method)
            : null;
        if (property is not null)
        {
            return Of(property);
        }

        var generic = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
        var arguments = generic.GetGenericArguments();
        return $"{Static(generic.IsStatic)}{Name(generic.ReturnType)} {generic.Name}"
            + $"{(arguments.Length > 0 ? $"<{string.Join(", ", arguments.Select(Name))}>" : "")}({Parameters(generic)})"
            + string.Concat(arguments.Select(Constraints));
    }

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Of));

    private static string Of(ParameterInfo parameter)
    {
        var kind = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var value = !parameter.HasDefaultValue ? ""
            : parameter.ParameterType.IsEnum ? $" = {Name(parameter.ParameterType)}.{Enum.ToObject(parameter.ParameterType, parameter.DefaultValue!)}"
            : parameter.DefaultValue is { } constant ? string.Create(CultureInfo.InvariantCulture, $" = {constant}")
            : parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default"
            : " = null";
        return $"{kind}{Name(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Constraints(Type argument)
    {
        var attributes = argument.GenericParameterAttributes;
        var constraints = new List<string>();
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Add("class");
        }

        constraints.AddRange(argument.GetGenericParameterConstraints().Select(Name));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
        {
            constraints.Add("new()");
        }

        return constraints.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", constraints)}";
    }

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Name(underlying)}?";
        }

        var outer = type is { IsNested: true, IsGenericParameter: false } ? $"{Name(type.DeclaringType!)}." : "";
        return type.IsGenericType
            ? $"{outer}{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : $"{outer}{type.Name}";
    }
}
