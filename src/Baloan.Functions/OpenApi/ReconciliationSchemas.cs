using Baloan.Core.Settlements;
using Microsoft.OpenApi;
using static Baloan.Functions.OpenApi.Shape;

namespace Baloan.Functions.OpenApi;

/// <summary>What goes into a reconciliation and comes out of it.</summary>
internal static class ReconciliationSchemas
{
    /// <summary>The form of a reconciliation.</summary>
    public static OpenApiSchema Form() =>
        Object(
            "Baloan’s statement, and what it does not say by itself.",
            ("file", Text("The statement: CSV or XLSX, up to 10 MB and 100,000 lines.", "binary")),
            ("code_column?", Text("The name of the column of codes; else it is found by its name.", 200).OrNull()),
            ("total_column?", Text("The name of the column of amounts; else it is found by its name.", 200).OrNull()),
            ("date_column?", Text("The name of the column of days; else it is found by its name.", 200).OrNull()),
            ("total_unit?", OneOf("The unit of the amounts; else the statement says it.", ["toman", "rial"])),
            ("from?", Text("The first day (Asia/Tehran), Gregorian or Jalali; else the statement’s first.").OrNull()),
            ("to?", Text("The last day, itself included; else the statement’s last.").OrNull())
        );

    public static OpenApiSchema Reconciliation() =>
        Object(
            "Baloan’s statement held against the app’s books.",
            (
                "period",
                Object(
                        "The days (Asia/Tehran) that were compared, both included; null where none are known.",
                        ("from", Text("The first day.", "date")),
                        ("to", Text("The last day.", "date"))
                    )
                    .OrNull()
            ),
            ("matched", Number("How many codes both have once and with the same total.")),
            (
                "theirs_not_ours",
                ListOf("What the statement has and our books have not as settled; status says what they have.", Difference())
            ),
            ("ours_not_theirs", ListOf("What our books have as settled in the period and the statement has not.", Difference())),
            ("different_total", ListOf("What both have with another total.", Difference())),
            ("moved_twice", ListOf("What the statement has more than once, with another reference or time or without any.", Difference())),
            (
                "totals",
                Object(
                    "Sums of what was compared.",
                    ("theirs", Toman("Of the statement’s lines.")),
                    ("ours", Toman("Of our settled ones of the period, and of those that a line is about."))
                )
            ),
            (
                "columns",
                Object(
                    "The statement’s columns, by their names.",
                    ("code", Text("The codes.")),
                    ("total", Text("The amounts.")),
                    ("total_unit", OneOf("The unit in which they were read.", ["toman", "rial"])),
                    ("date", Text("The days.").OrNull()),
                    ("time", Text("The times of day.").OrNull()),
                    ("reference", Text("The references.").OrNull()),
                    ("names", ListOf("All of them.", Text("A name.")))
                )
            ),
            (
                "bad_lines",
                ListOf(
                    "Lines that could not be read and are in no sum.",
                    Object(
                        "A line.",
                        ("sheet", Text("The sheet; null in a text.").OrNull()),
                        ("line", Number("The line of the file or the row of the sheet, from 1.")),
                        ("code", Text("Its code, where that could be read.").OrNull()),
                        ("text", Text("Why, in the caller’s language."))
                    )
                )
            ),
            (
                "repeated_lines",
                ListOf(
                    "Lines that say the same once more, reference and time included; each is compared once.",
                    Object(
                        "Lines that say the same.",
                        ("code", Text("Their code.")),
                        ("lines", ListOf("The first, and its repetitions.", Line()))
                    )
                )
            ),
            ("warnings", ListOf("What a person should know of this comparison.", Text("A sentence in the caller’s language.")))
        );

    private static OpenApiSchema Difference() =>
        Object(
            "A difference.",
            ("code", Text("The code.")),
            ("theirs", Toman("What the statement says in all; null where it says nothing.").OrNull()),
            ("ours", Toman("What our books say; null where they know nothing of the code.").OrNull()),
            (
                "status",
                OneOf(
                        "Where it stands in our books; null where they know nothing of it.",
                        SettlementStatuses.All.Select(status => status.Name())
                    )
                    .OrNull()
            ),
            ("known_by", OneOf("By whom its end is known.", ["baloan", "credit", "person"]).OrNull()),
            ("sent_at", Time("When it was sent.").OrNull()),
            ("ended_at", Time("When it ended.").OrNull()),
            ("lines", ListOf("The statement’s lines about it; one that could not be read has no total.", Line()))
        );

    private static OpenApiSchema Line() =>
        Object(
            "A line of the statement.",
            ("sheet", Text("The sheet; null in a text.").OrNull()),
            ("line", Number("The line of the file or the row of the sheet, from 1.")),
            ("total", Toman("Its amount.").OrNull()),
            ("date", Text("Its day.", "date").OrNull()),
            ("time", Text("Its time of day, as it stands there.").OrNull()),
            ("reference", Text("Its reference.").OrNull())
        );
}
