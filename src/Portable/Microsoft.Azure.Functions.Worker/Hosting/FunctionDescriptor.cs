using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>One function: its method, and how to call it.</summary>
internal sealed class FunctionDescriptor(string name, MethodInfo method, TriggerBindingAttribute trigger, ParameterInfo triggerParameter)
    : FunctionDefinition
{
    private readonly MethodInvoker invoker = MethodInvoker.Create(method);
    private ObjectFactory? activate;
    private Func<object, Task<object?>>? awaitResult;

    public override string Name => name;

    public override string Id => name;

    public override string EntryPoint => $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly => method.Module.FullyQualifiedName;

    public TriggerBindingAttribute Trigger => trigger;

    public ParameterInfo TriggerParameter => triggerParameter;

    public ParameterInfo[] Parameters { get; } = method.GetParameters();

    public Type ReturnType => method.ReturnType;

    /// <summary>Makes the class for this run, calls the method and waits for it.</summary>
    /// <returns>What the function returned; null for nothing.</returns>
    public async Task<object?> InvokeAsync(FunctionContext context, Func<ParameterInfo, object?> bind)
    {
        var arguments = new object?[Parameters.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var type = Parameters[i].ParameterType;
            arguments[i] = type == typeof(FunctionContext) ? context
                : type == typeof(CancellationToken) ? context.CancellationToken
                : bind(Parameters[i]);
        }

        var instance = method.IsStatic
            ? null
            : (activate ??= ActivatorUtilities.CreateFactory(method.DeclaringType!, []))(context.InstanceServices, null);
        try
        {
            object? returned;
            try
            {
                returned = invoker.Invoke(instance, arguments.AsSpan());
            }
            catch (TargetInvocationException failure) when (failure.InnerException is { } inner)
            {
                ExceptionDispatchInfo.Throw(inner);
                throw;
            }

            return returned switch
            {
                Task or ValueTask => await (awaitResult ??= Awaiter(ReturnType))(returned),
                not null when ReturnType.IsGenericType && ReturnType.GetGenericTypeDefinition() == typeof(ValueTask<>)
                    => await (awaitResult ??= Awaiter(ReturnType))(returned),
                _ => returned,
            };
        }
        finally
        {
            switch (instance)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }

    /// <summary>The type that the function gives, without the task around it; null for nothing.</summary>
    public static Type? ResultType(Type returned) =>
        returned == typeof(void) || returned == typeof(Task) || returned == typeof(ValueTask) ? null
        : returned.IsGenericType && returned.GetGenericTypeDefinition() is var generic
            && (generic == typeof(Task<>) || generic == typeof(ValueTask<>)) ? returned.GenericTypeArguments[0]
        : returned;

    private static Func<object, Task<object?>> Awaiter(Type returned)
    {
        if (ResultType(returned) is not { } result || !returned.IsGenericType)
        {
            return async pending =>
            {
                await (pending is ValueTask value ? value.AsTask() : (Task)pending);
                return null;
            };
        }

        var name = returned.GetGenericTypeDefinition() == typeof(Task<>) ? nameof(AwaitTaskAsync) : nameof(AwaitValueTaskAsync);
        return typeof(FunctionDescriptor).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(result).CreateDelegate<Func<object, Task<object?>>>();
    }

    private static async Task<object?> AwaitTaskAsync<T>(object pending) => await (Task<T>)pending;

    private static async Task<object?> AwaitValueTaskAsync<T>(object pending) => await (ValueTask<T>)pending;
}
