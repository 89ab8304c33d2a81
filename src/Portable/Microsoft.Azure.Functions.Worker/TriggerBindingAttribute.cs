namespace Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

/// <summary>Ties a parameter of a function to something outside.</summary>
public abstract class BindingAttribute : Attribute;

/// <summary>Ties a parameter of a function to what starts it. Each function has exactly one.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public abstract class TriggerBindingAttribute : BindingAttribute;
