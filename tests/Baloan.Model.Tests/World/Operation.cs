namespace Baloan.Model.Tests.World;

/// <summary>Something that an instance does: a request, a message, a sweep.</summary>
/// <param name="Instance">Who does it.</param>
/// <param name="Name">What it is.</param>
/// <param name="Task">Its end.</param>
/// <param name="Ended">What follows from its end.</param>
internal sealed record Operation(Instance Instance, string Name, Task Task, Action<Task> Ended);
