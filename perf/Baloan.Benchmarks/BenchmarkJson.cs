using System.Text.Json;
using System.Text.Json.Serialization;
using Baloan.Benchmarks.Report;
using Baloan.Benchmarks.Surroundings;

namespace Baloan.Benchmarks;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(JsonReport))]
[JsonSerializable(typeof(VaultAddress))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
