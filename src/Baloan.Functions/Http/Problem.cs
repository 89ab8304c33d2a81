using System.Text.Json.Serialization;
using Baloan.Functions.Http.Responses;

namespace Baloan.Functions.Http;

/// <summary>A problem document (RFC 9457) as callers get it.</summary>
/// <param name="Type">A URI that names the kind of problem: <c>urn:baloan-functions:problem:</c> and the code.</param>
/// <param name="Title">The code in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What happened and what to do, in the caller's language.</param>
/// <param name="Code">The code that programs branch on.</param>
/// <param name="TraceId">Finds the request in the logs.</param>
/// <param name="Errors">Field errors, by the field's name.</param>
/// <param name="Conflict">What differs from the settlement that is there already: <c>total</c>, <c>customer</c>, <c>invoice</c>.</param>
/// <param name="Existing">The settlement that is there already.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string TraceId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Conflict = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SettlementResponse? Existing = null
);
