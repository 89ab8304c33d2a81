using Baloan.Client;

namespace Baloan.Functions.Http;

/// <summary>Says what <c>outcome_unknown</c> means for a call that changes something.</summary>
internal static class UnknownOutcomes
{
    /// <summary>Waits for a call of Baloan.</summary>
    /// <param name="call">The call.</param>
    /// <param name="meaning">What it means that its outcome is not known, and how to find out.</param>
    /// <exception cref="ProblemException">It failed.</exception>
    public static async Task OrUnknownAsync(this Task call, Text meaning)
    {
        try
        {
            await call;
        }
        catch (BaloanException failure)
        {
            throw Problems.Translate(failure, meaning);
        }
    }

    /// <inheritdoc cref="OrUnknownAsync(Task, Text)"/>
    public static async Task<T> OrUnknownAsync<T>(this Task<T> call, Text meaning)
    {
        await OrUnknownAsync((Task)call, meaning);
        return await call;
    }
}
