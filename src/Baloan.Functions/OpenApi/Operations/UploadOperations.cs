using Baloan.Functions.Http;

namespace Baloan.Functions.OpenApi.Operations;

/// <summary>Uploads of documents.</summary>
internal static class UploadOperations
{
    public const string Tag = "Uploads";
    private const string Queued =
        """{"id":"6f1d2c3b4a5948378291a0b1c2d3e4f5","status":"queued","file_name":"id-card.jpg","size":48213,"uuid":null,"file":null,"error":null}""";
    private const string Uploaded = """
        {"id":"6f1d2c3b4a5948378291a0b1c2d3e4f5","status":"uploaded","file_name":"id-card.jpg","size":48213,
        "uuid":"d4c22af9-3676-4c6e-ab72-2a7b5b22afc5","file":"https://files.example.com/id-card.jpg?signature=x","error":null}
        """;

    public static IEnumerable<ApiOperation> All() =>
        [
            new ApiOperation(
                HttpMethod.Post,
                "/merchant/uploads",
                "CreateUpload",
                Tag,
                "Upload a document to Baloan",
                "Accepts a file. 202 means that it will be sent to Baloan: poll Location until it answers 200."
            )
                .Keyed()
                .Speaking()
                .WithForm(Schemas.UploadForm())
                .Answers(202, "It is accepted and on its way.", Schemas.Upload, Queued)
                .WithLocation(202, "Where to poll.")
                .WithRetryAfter(202)
                .Fails(ApiProblem.File)
                .Fails(ApiProblem.Storage),
            new ApiOperation(
                HttpMethod.Get,
                "/merchant/uploads/{id}",
                "GetUpload",
                Tag,
                "Get an upload",
                "202 until it has ended, then 200."
            )
                .Keyed()
                .Speaking()
                .WithPath("id", "The id of the upload.", "6f1d2c3b4a5948378291a0b1c2d3e4f5")
                .Answers(200, "It has ended.", Schemas.Upload, Uploaded)
                .Answers(202, "It is on its way.", Schemas.Upload, Queued)
                .WithLocation(202, "Where to poll.")
                .WithRetryAfter(202)
                .Fails(ApiProblem.NotFound(Texts.NoUpload))
                .Fails(ApiProblem.Storage),
        ];
}
