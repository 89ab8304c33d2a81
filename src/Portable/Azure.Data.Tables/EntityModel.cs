using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>How the properties of a class are stored.</summary>
internal sealed class EntityModel
{
    private static readonly ConcurrentDictionary<Type, EntityModel> Cache = new();

    private EntityModel(Type type)
    {
        var own = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .ToArray();

        // A class may implement the interface explicitly; its keys are stored nevertheless.
        var keys = typeof(ITableEntity).GetProperties().Where(key => !own.Any(property => property.Name == key.Name));
        Properties = [.. own.Concat(keys)
            .Where(property => !property.IsDefined(typeof(IgnoreDataMemberAttribute)))
            .Select(property => new EntityProperty(property))];
    }

    public IReadOnlyList<EntityProperty> Properties { get; }

    public static EntityModel Of(Type type) => Cache.GetOrAdd(type, static type => new EntityModel(type));
}

/// <summary>A property of a class and the name that it is stored under.</summary>
internal sealed class EntityProperty(PropertyInfo property)
{
    public string Name { get; } = StoredName(property);

    /// <summary>What the service calls it; only the ETag has a name of OData's.</summary>
    public byte[] ReadName { get; } = Encoding.UTF8.GetBytes(
        StoredName(property) is PropertyNames.ETag ? PropertyNames.ODataETag : StoredName(property));

    public Type Type { get; } = property.PropertyType;

    public bool IsWritten { get; } = property.CanRead && StoredName(property) is not (PropertyNames.ETag or PropertyNames.Timestamp);

    public bool IsRead { get; } = property.CanWrite;

    public object? Get(object entity) => property.GetValue(entity);

    public void Set(object entity, object? value) => property.SetValue(entity, value);

    private static string StoredName(PropertyInfo property) =>
        property.GetCustomAttribute<DataMemberAttribute>()?.Name ?? property.Name;
}
