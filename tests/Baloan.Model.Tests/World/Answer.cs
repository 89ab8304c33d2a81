using Microsoft.AspNetCore.Http;

namespace Baloan.Model.Tests.World;

/// <summary>What a caller gets.</summary>
internal sealed record Answer(int Status, byte[] Body)
{
    public static Answer Of(IResult result)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        var writing = result.ExecuteAsync(context);
        // In memory it is done at once.
        return writing.IsCompletedSuccessfully
            ? new(context.Response.StatusCode, body.ToArray())
            : throw new ModelException("An answer was not written.");
    }
}
