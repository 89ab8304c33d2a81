using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>The functions of an assembly, found by reflection once.</summary>
internal sealed class FunctionCatalog
{
    private readonly Dictionary<string, FunctionDescriptor> functions = new(StringComparer.OrdinalIgnoreCase);

    private FunctionCatalog()
    {
    }

    public IEnumerable<FunctionDescriptor> Http => functions.Values.Where(function => function.Trigger is HttpTriggerAttribute);

    public IEnumerable<FunctionDescriptor> Queues => functions.Values.Where(function => function.Trigger is QueueTriggerAttribute);

    public IEnumerable<FunctionDescriptor> Timers => functions.Values.Where(function => function.Trigger is TimerTriggerAttribute);

    /// <summary>Whether any function may return MVC's results, which need MVC's services.</summary>
    public bool ReturnsActionResults => Http.Any(function =>
        FunctionDescriptor.ResultType(function.ReturnType) is { } result
        && (result == typeof(object) || typeof(IActionResult).IsAssignableFrom(result)));

    public FunctionDescriptor? this[string name] => functions.GetValueOrDefault(name);

    public static FunctionCatalog Find(Assembly assembly)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var catalog = new FunctionCatalog();
        foreach (var method in assembly.GetTypes().Where(type => type.IsClass).SelectMany(type => type.GetMethods(Declared)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { } function)
            {
                var descriptor = Describe(function.Name, method);
                if (!catalog.functions.TryAdd(function.Name, descriptor))
                {
                    throw new InvalidOperationException(
                        $"Two functions are named '{function.Name}': {catalog[function.Name]!.EntryPoint} and {descriptor.EntryPoint}.");
                }
            }
        }

        return catalog;
    }

    private static FunctionDescriptor Describe(string name, MethodInfo method)
    {
        // Asked once: another thread that reflects on the same method at the same time can make a second answer hold other objects.
        var parameters = method.GetParameters();
        var triggers = parameters
            .Select(parameter => (Parameter: parameter, Trigger: parameter.GetCustomAttribute<TriggerBindingAttribute>()))
            .Where(candidate => candidate.Trigger is not null)
            .ToArray();
        if (triggers is not [{ Trigger: { } trigger, Parameter: { } triggerParameter }])
        {
            throw new InvalidOperationException($"Function '{name}' has to have exactly one parameter with a trigger.");
        }

        var fits = trigger switch
        {
            HttpTriggerAttribute => triggerParameter.ParameterType == typeof(HttpRequest),
            TimerTriggerAttribute => triggerParameter.ParameterType == typeof(TimerInfo),
            _ => true,
        };
        var stranger = fits
            ? parameters.FirstOrDefault(parameter => trigger is not HttpTriggerAttribute
                && parameter != triggerParameter
                && parameter.ParameterType != typeof(FunctionContext)
                && parameter.ParameterType != typeof(CancellationToken))
            : triggerParameter;
        return stranger is null
            ? new FunctionDescriptor(name, method, trigger, triggerParameter)
            : throw new InvalidOperationException($"Function '{name}': nothing can be bound to parameter '{stranger.Name}'.");
    }
}
