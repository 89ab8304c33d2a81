using Baloan.Functions.OpenApi;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

var folder = Directory.CreateDirectory(args[0]).FullName;
const string Host = "myapp.azurewebsites.net";
await WriteAsync("openapi.json", "OpenApiClient", ApiDocuments.OpenApi("https", Host));
await WriteAsync("swagger.json", "SwaggerClient", ApiDocuments.Swagger("https", Host));

async Task WriteAsync(string name, string client, string text)
{
    await File.WriteAllTextAsync(Path.Combine(folder, name), text);
    var document = await OpenApiDocument.FromJsonAsync(text);
    var settings = new CSharpClientGeneratorSettings
    {
        ClassName = client,
        InjectHttpClient = true,
        UseBaseUrl = false,
        GenerateOptionalParameters = true,
        CSharpGeneratorSettings =
        {
            Namespace = $"Baloan.{client}s",
            JsonLibrary = CSharpJsonLibrary.SystemTextJson,
            GenerateNullableReferenceTypes = true,
        },
    };
    await File.WriteAllTextAsync(Path.Combine(folder, $"{client}.cs"), new CSharpClientGenerator(document, settings).GenerateFile());
}
