namespace Azure.Data.Tables;

/// <summary>The answer about a row that is not there.</summary>
internal sealed class MissingEntity<T>(Response response) : NullableResponse<T>
{
    public override bool HasValue => false;

    public override T Value => throw new InvalidOperationException("There is no such entity, and so no value.");

    public override Response GetRawResponse() => response;
}
