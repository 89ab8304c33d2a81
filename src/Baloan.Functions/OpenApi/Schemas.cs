using Baloan.Core.Events;
using Baloan.Core.Loans;
using Baloan.Core.Settlements;
using Baloan.Functions.Http;
using Baloan.Functions.Http.Requests;
using Baloan.Functions.Http.Responses;
using Microsoft.OpenApi;
using static Baloan.Functions.OpenApi.Shape;

namespace Baloan.Functions.OpenApi;

/// <summary>What goes in and comes out, by name.</summary>
internal static class Schemas
{
    public const string Customer = "Customer";
    public const string CustomerOtp = "CustomerOtp";
    public const string Credit = "Credit";
    public const string Nothing = "Nothing";
    public const string TransactionToken = "TransactionToken";
    public const string Settlement = "Settlement";
    public const string SettlementPage = "SettlementPage";
    public const string Resolution = "Resolution";
    public const string Reconciliation = "Reconciliation";
    public const string Upload = "Upload";
    public const string LoanPolicy = "LoanPolicy";
    public const string Store = "Store";
    public const string LoanRequest = "LoanRequest";
    public const string OpenedLoan = "OpenedLoan";
    public const string Loan = "Loan";
    public const string LoanPage = "LoanPage";
    public const string LoanOpening = "LoanOpening";
    public const string LoanOpeningPage = "LoanOpeningPage";
    public const string LoanOpeningDecision = "LoanOpeningDecision";
    public const string Contract = "Contract";
    public const string Signature = "Signature";
    public const string LoanStateCallback = "LoanStateCallback";
    public const string SubscriptionRequest = "SubscriptionRequest";
    public const string Subscription = "Subscription";
    public const string SubscriptionList = "SubscriptionList";
    public const string CallbackUrl = "CallbackUrl";
    public const string LoanStateEvent = "LoanStateEvent";
    public const string SettlementEvent = "SettlementEvent";
    public const string Health = "Health";
    public const string Tokens = "Tokens";
    public const string Stats = "Stats";
    public const string CustomerToErase = "CustomerToErase";
    public const string CustomerErasure = "CustomerErasure";
    public const string Problem = "Problem";

    /// <summary>All of them.</summary>
    public static Dictionary<string, IOpenApiSchema> All() =>
        new()
        {
            [Customer] = Object("A customer.", ("national_identifier", NationalIdentifier())),
            [CustomerOtp] = Object(
                "A customer and the OTP that came by SMS.",
                ("national_identifier", NationalIdentifier()),
                ("otp", Otp())
            ),
            [Credit] = Object(
                "What a customer can spend.",
                ("national_identifier", Text("The customer, in ASCII digits.")),
                ("user_credit", Toman("The credit."))
            ),
            [Nothing] = Object("It was done; there is nothing more to say."),
            [TransactionToken] = Object("A validated OTP.", ("token", Text("To be sent as token with one settlement."))),
            [Settlement] = SettlementResponse("A settlement."),
            [SettlementPage] = Page("A page of settlements, newest first.", Settlement),
            [Resolution] = Object(
                "What a person found out.",
                ("outcome", OneOf("Whether the money was moved.", ["settled", "not_settled"])),
                ("note", Text("Why; for the record.", 500)),
                ("by?", Text("Who decides; for the record.", 100).OrNull())
            ),
            [Reconciliation] = ReconciliationSchemas.Reconciliation(),
            [Upload] = Object(
                "An upload.",
                ("id", Text("The id by which it can be looked up.")),
                ("status", OneOf("Where it stands; all but queued are its end.", ["queued", "uploaded", "rejected", "failed"])),
                ("file_name", Text("The file's name as it was given.")),
                ("size", Number("Bytes.")),
                ("uuid", Text("Baloan's id of the file, once it has it.").OrNull()),
                ("file", Text("Baloan's signed address of the file, which expires.").OrNull()),
                ("error", Error())
            ),
            [LoanPolicy] = OfBaloan(
                "A policy of loans, as Baloan gives it.",
                ("stores?", ListOf("The stores that it is for.", Of(Store))),
                (
                    "amount?",
                    OfBaloan(
                        "The amounts that are lent, in million Toman.",
                        ("lower?", Million("The least amount.")),
                        ("upper?", Million("The largest amount.")),
                        ("bounds?", Text("Whether the bounds belong to it: [ and ] yes, ( and ) no."))
                    )
                ),
                ("possible_loan_dues?", ListOf("Over how many months a loan can be paid back.", Number("Months."))),
                ("bank_effected_interest_rate?", new OpenApiSchema { Type = JsonSchemaType.Number, Description = "Percent a year." }),
                ("installment_formula?", Text("How an installment is computed."))
            ),
            [Store] = OfBaloan(
                "A store, as Baloan gives it.",
                ("id", Number("The store's id.")),
                ("title_fa?", Text("Its name in Persian.")),
                ("logo?", Text("The address of its logo."))
            ),
            [LoanRequest] = Object(
                "Who wants to lend what.",
                ("phone_number", Text("The customer's phone number, 10 to 14 digits, with or without a plus sign.")),
                ("national_identifier", NationalIdentifier()),
                ("birth_date", Text("Gregorian, YYYY-MM-DD. For a Jalali date, the error gives the Gregorian one.", "date")),
                ("amount", Toman("The amount.", WholeNumber.LargestAmount)),
                ("loan_due", Number("Months, from possible_loan_dues of a policy.", 1, 1200)),
                ("store", Number("The store's id, from a policy.", 1, WholeNumber.LargestAmount))
            ),
            [OpenedLoan] = OfBaloan(
                "The loan file, as Baloan gives it.",
                ("uuid", Text("By which the loan is named from now on.", "uuid")),
                ("phone_number?", Text("As it was sent.")),
                ("national_identifier?", Text("As it was sent.")),
                ("birth_date?", Text("As it was sent.")),
                ("amount?", Toman("The amount.")),
                ("loan_due?", Number("Months.")),
                ("store?", Number("The store's id.")),
                ("plan_detail?", PlanDetail())
            ),
            [Loan] = Object(
                "A loan, as recorded here. What is known only where it was opened here is else null.",
                ("uuid", Text("Baloan's uuid of the loan.", "uuid")),
                ("state", OneOf("Where it stands; null where only states have come that nobody knows.", LoanStates.All).OrNull()),
                ("reason", Text("Why, where Baloan has said so.").OrNull()),
                ("amount", Toman("The amount.").OrNull()),
                ("loan_due", Number("Months.").OrNull()),
                ("store", Number("The store's id.").OrNull()),
                ("plan_detail", PlanDetail().OrNull()),
                ("opened_at", Time("When it was opened here.").OrNull()),
                ("updated_at", Time("When it last changed.")),
                (
                    "history?",
                    ListOf(
                        "Callbacks, the same ones once: known states whole and oldest first, then unknown ones newest first, in pages. "
                            + "Left out in lists.",
                        HistoryEntry()
                    )
                ),
                ("history_continuation?", Text("To be given as continuation for more unknown states; null at the end.").OrNull())
            ),
            [LoanPage] = Page("A page of loans, last changed first.", Loan),
            [LoanOpening] = Object(
                "The opening of a loan, written down before it was sent.",
                ("id", Text("Names it.")),
                ("status", OneOf("What is known of it.", ["unknown", "opened", "not_opened"])),
                ("national_identifier", Text("The customer, masked.")),
                ("phone_number", Text("The customer’s phone number, masked.")),
                ("amount", Toman("The amount.")),
                ("loan_due", Number("Months.")),
                ("store", Number("The store's id.")),
                ("uuid", Text("The loan; null where none is known.", "uuid").OrNull()),
                (
                    "sendings",
                    ListOf(
                        "The tries to send it; none where whoever sent it did not live to tell.",
                        Object(
                            "A try.",
                            ("at", Time("When it began.")),
                            ("answer", Text("What came of it in a word, and the HTTP status where there was one."))
                        )
                    )
                ),
                (
                    "resolution",
                    Object(
                            "What a person decided.",
                            ("outcome", OneOf("The decision.", ["opened", "not_opened"])),
                            ("note", Text("Why.")),
                            ("by", Text("Who, where that was said.").OrNull()),
                            ("at", Time("When."))
                        )
                        .OrNull()
                ),
                ("created_at", Time("When it was written down.")),
                ("updated_at", Time("When it last changed."))
            ),
            [LoanOpeningPage] = Page("A page of openings whose outcome is not known, newest first.", LoanOpening),
            [LoanOpeningDecision] = Object(
                "What a person found out about an opening.",
                ("outcome", OneOf("Whether the loan was opened.", ["opened", "not_opened"])),
                ("uuid?", Text("The loan, where it was opened.", "uuid").OrNull()),
                ("note", Text("How that is known.", 500)),
                ("by?", Text("Who decides.", 100).OrNull())
            ),
            [Contract] = OfBaloan(
                "The contract, as Baloan gives it.",
                (
                    "contract_pdf_file?",
                    OfBaloan(
                        "The contract as a PDF.",
                        ("uuid?", Text("Baloan's id of the file.")),
                        ("file?", Text("Its signed address, which expires."))
                    )
                ),
                ("is_agreed_by_user?", Flag("Whether it is signed."))
            ),
            [Signature] = Object("The customer's signature.", ("otp", Otp())),
            [LoanStateCallback] = OfBaloan(
                "A change of a loan's state, as Baloan sends it.",
                ("uuid", Text("The loan.", "uuid")),
                ("state", Text("The new state. One that nobody knows is recorded too.")),
                ("reason?", Text("Why.").OrNull())
            ),
            [SubscriptionRequest] = Object(
                "What to be told of, and where.",
                ("callback_url", Text("Where events are sent: https, to a host that the app allows.", WebhookUrlPolicy.LongestUrl)),
                ("events?", ListOf("Which events; all where it is left out.", OneOf("A type of event.", SubscriberEvent.Types)).OrNull()),
                (
                    "states?",
                    ListOf(
                            "Only these states of loans and ends of settlements; all where it is left out.",
                            OneOf("A state.", [.. LoanStates.All, .. SettlementStatuses.Ended.Select(status => status.Name())])
                        )
                        .OrNull()
                ),
                (
                    "secret?",
                    Text("Signs each event as Standard Webhooks says: whsec_ and the base64 of 24 to 64 bytes. It is in no answer.")
                        .OrNull()
                )
            ),
            [Subscription] = Object("A subscription.", ("id", Text("By which it can be ended."))),
            [SubscriptionList] = Object("All subscriptions.", ("items", ListOf("The subscriptions.", SubscriptionDetails()))),
            [CallbackUrl] = Object("A callback URL.", ("callback_url", Text("The URL that was subscribed."))),
            [LoanStateEvent] = Event(
                "A loan has a new state.",
                SubscriberEvent.LoanState,
                Object(
                    "The loan.",
                    ("uuid", Text("Baloan's uuid of the loan.", "uuid")),
                    ("state", OneOf("Its state.", LoanStates.All)),
                    ("reason", Text("Why, where Baloan has said so.").OrNull())
                )
            ),
            [SettlementEvent] = Event("A settlement has ended.", SubscriberEvent.Settlement, SettlementResponse("The settlement.")),
            [CustomerToErase] = ErasureSchemas.Request(
                NationalIdentifier(),
                Text("The customer’s phone number, by which loan openings are found.")
            ),
            [CustomerErasure] = ErasureSchemas.Erasure(),
            [Health] = Object(
                "Whether the app can do its work.",
                ("status", OneOf("All in all.", ["healthy", "unhealthy"])),
                (
                    "checks",
                    Object(
                        "Each part.",
                        ("storage", Check()),
                        ("key_vault", Check()),
                        ("merchant_token", Check()),
                        ("partnership_token", Check())
                    )
                ),
                (
                    "notes?",
                    new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Description = "What there is to say of a part and to do about it, by the part’s name.",
                        AdditionalProperties = Text("A sentence in the caller’s language."),
                    }
                )
            ),
            [Tokens] = Object(
                "The new access tokens; null for a contract that the app does not have.",
                ("merchant", TokenLife()),
                ("partnership", TokenLife())
            ),
            [Stats] = Object(
                "How the app is doing.",
                ("generated_at", Time("When this was put together.")),
                ("hours", ListOf("Each hour of the span, oldest first; the last one is the present one.", StatsHour())),
                (
                    "days",
                    Object(
                        "Days of Tehran to compare.",
                        ("today", Day("Today, until now.")),
                        ("yesterday", Day("Yesterday, whole.")),
                        ("same_weekday_last_week", Day("The same day a week ago, whole."))
                    )
                ),
                (
                    "time_to_settle",
                    Object(
                        "How long settlements took from accepted to settled that were settled in the span. Times are exact within 5 %.",
                        ("count", Number("How many.")),
                        ("median_seconds", Seconds("Half of them took at most this long.").OrNull()),
                        ("p95_seconds", Seconds("Nineteen of twenty took at most this long.").OrNull())
                    )
                ),
                (
                    "waiting",
                    Object(
                        "What waits now.",
                        ("queued", Waiting()),
                        ("submitting", Waiting()),
                        ("verifying", Waiting()),
                        ("needs_review", Waiting())
                    )
                ),
                (
                    "loans",
                    Object(
                        "How many loans are in each state, of those whose state was recorded since there are counters.",
                        [.. LoanStates.All.Select(state => (state, (IOpenApiSchema)Number("Loans.")))]
                    )
                ),
                (
                    "queues",
                    ListOf(
                        "The app’s queues, in approximate numbers.",
                        Object(
                            "A queue.",
                            ("name", Text("Its name.")),
                            ("messages", Number("What it holds.")),
                            ("poison", Number("What its poison queue holds."))
                        )
                    )
                ),
                ("tokens", Object("The access tokens.", ("merchant", TokenLook()), ("partnership", TokenLook())))
            ),
            [Problem] = Object(
                "What went wrong (RFC 9457).",
                ("type", Text("Names the kind of problem: urn:baloan-functions:problem: and the code.")),
                ("title", Text("The code in words.")),
                ("status", Number("The HTTP status.")),
                ("detail", Text("What happened and what to do, in the caller’s language.")),
                ("code", Text("For programs. Baloan’s own code where Baloan refused.")),
                ("trace_id", Text("Finds the request in the app’s logs.")),
                (
                    "errors?",
                    new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Description = "All faults of the request, by field.",
                        AdditionalProperties = ListOf("What is wrong with the field.", Text("A sentence.")),
                    }
                ),
                (
                    "conflict?",
                    ListOf(
                        "What differs from the settlement that is there already.",
                        OneOf("A part of it.", ["total", "customer", "invoice"])
                    )
                ),
                ("existing?", Of(Settlement))
            ),
        };

    /// <summary>The form of a settlement.</summary>
    public static OpenApiSchema SettlementForm() =>
        Object(
            "Baloan’s own fields. Exactly one of otp and token.",
            ("national_identifier", NationalIdentifier().Such("0012345678")),
            ("otp?", Otp().OrNull().Such("11111")),
            ("token?", Token().OrNull()),
            (
                "data",
                Text("JSON text: the code by which the settlement is named, and the total in Toman.")
                    .Such("""{"code":"TLC-111111","bill":{"total":500000}}""")
            ),
            ("not_after?", Time("What has not been sent by then is not sent any more, and fails as expired.").OrNull()),
            ("file", File("The invoice: a PDF of up to 10 MB."))
        );

    /// <summary>The form of an upload.</summary>
    public static OpenApiSchema UploadForm() => Object("A file.", ("file", File("The document: PDF, JPEG or PNG, up to 10 MB.")));

    private static OpenApiSchema File(string description) => Text(description, "binary");

    private static OpenApiSchema NationalIdentifier() => Text("The customer’s national identifier: 10 or 11 digits.");

    private static OpenApiSchema Otp() => Text("The OTP that the customer got by SMS: 4 to 10 digits.");

    private static OpenApiSchema Token() =>
        Text("The token of a validated OTP (version 2 of Baloan’s merchant API alone).", SettlementRequestReader.LongestToken);

    private static OpenApiSchema SettlementResponse(string description) =>
        Object(
            description,
            ("code", Text("The caller’s code.")),
            (
                "status",
                OneOf(
                    "Where it stands. queued, submitting and verifying are on their way; all others are its end.",
                    SettlementStatuses.All.Select(status => status.Name())
                )
            ),
            ("national_identifier", Text("The customer; all but the last four digits are hidden. Empty once it was erased.")),
            ("total", Toman("What is paid.")),
            ("attempts", Number("How many POSTs were accepted as attempts.")),
            ("user_credit", Toman("What the customer has left, where it is known.").OrNull()),
            ("inferred", Flag("Whether its end was found out by the customer’s credit.")),
            ("known_by", KnownBy()),
            ("error", Error()),
            ("resolution", Decision()),
            ("evidence", Evidence()),
            (
                "invoice",
                Object(
                    "The invoice.",
                    ("blob", Text("Its name in the container invoices.")),
                    ("name", Text("The file’s name as it was given, without its path.").OrNull()),
                    ("size", Number("Bytes.")),
                    ("sha256", Text("Of its content, in hex."))
                )
            ),
            ("created_at", Time("When it was accepted.")),
            ("sent_at", Time("When it was sent.").OrNull()),
            ("review_began_at?", Time("When it was put before a person. Left out where it never was.")),
            ("ended_at", Time("When it ended.").OrNull()),
            ("updated_at", Time("When it last changed.")),
            (
                "erased_at?",
                Time(
                    "When all that tells of the customer was erased: the identifier, the invoice, the evidence and notes are empty since. "
                        + "Left out where nothing was."
                )
            ),
            (
                "earlier_attempts?",
                ListOf("The attempts before this one, oldest first. Left out in lists, and where there are none.", EarlierAttempt())
            )
        );

    private static OpenApiSchema EarlierAttempt() =>
        Object(
            "An attempt that did not settle.",
            (
                "status",
                OneOf("How it ended.", SettlementStatuses.All.Where(status => status.AllowsNewAttempt()).Select(status => status.Name()))
            ),
            ("total", Toman("What was to be paid.")),
            ("known_by", KnownBy()),
            ("error", Error()),
            ("resolution", Decision()),
            ("evidence", Evidence()),
            ("started_at", Time("When it was accepted.")),
            ("sent_at", Time("When it was sent.").OrNull()),
            ("review_began_at?", Time("When it was put before a person. Left out where it never was.")),
            ("ended_at", Time("When it ended."))
        );

    private static OpenApiSchema KnownBy() =>
        OneOf(
                "By whom its end is known: Baloan said it, the customer’s credit told it, or a person decided it. Null while it is not "
                    + "known, and where nothing was sent.",
                ["baloan", "credit", "person"]
            )
            .OrNull();

    private static OpenApiSchema Decision() =>
        Object(
                "What a person decided.",
                ("outcome", OneOf("Whether the money was moved.", ["settled", "not_settled"])),
                ("note", Text("Why.")),
                ("by", Text("Who decided, as they named themselves.").OrNull()),
                ("at", Time("When."))
            )
            .OrNull();

    private static OpenApiSchema Evidence() =>
        Object(
            "What was seen.",
            ("credit_before", Toman("The customer’s credit before the first sending.").OrNull()),
            ("credit_after", Toman("The credit by which its end was found out, or that Baloan told.").OrNull()),
            (
                "sendings",
                ListOf(
                    "Every try to send it, oldest first.",
                    Object(
                        "A try to send it.",
                        ("at", Time("When.")),
                        (
                            "answer",
                            Text(
                                "yes, refused, throttled, unauthorized, not_connected or unknown, and the HTTP status where there was one."
                            )
                        )
                    )
                )
            )
        );

    private static OpenApiSchema Error() =>
        Object(
                "Why it was refused or failed, or what is to be found out.",
                ("code", Text("For programs.")),
                ("message", Text("For people."))
            )
            .OrNull();

    private static OpenApiSchema Page(string description, string items) =>
        Object(
            description,
            ("items", ListOf("The items.", Of(items))),
            ("continuation", Text("To be given for the next page; null at the end.").OrNull())
        );

    private static OpenApiSchema HistoryEntry() =>
        Object(
            "A callback.",
            ("state", Text("The state; as it came, where nobody knows it.")),
            ("reason", Text("Why.").OrNull()),
            ("received_at", Time("When it came.")),
            ("note", OneOf("Why it did not become the loan’s state; null for news.", ["late", "conflict", "unknown_state"]).OrNull())
        );

    private static OpenApiSchema PlanDetail() =>
        OfBaloan(
            "How it is paid back, as Baloan gives it.",
            ("monthly_installment_amount?", Toman("Each month.")),
            ("total_payback?", Toman("In all."))
        );

    private static OpenApiSchema Million(string description) =>
        new() { Type = JsonSchemaType.Number | JsonSchemaType.Null, Description = $"{description} Million Toman; null for no bound." };

    private static OpenApiSchema Event(string description, string type, OpenApiSchema data) =>
        Object(
            description,
            ("id", Text("The same on every try of the delivery.")),
            ("type", OneOf("The type of the event.", [type])),
            ("occurred_at", Time("When it happened.")),
            ("data", data)
        );

    private static OpenApiSchema SubscriptionDetails() =>
        Object(
            "A subscription.",
            ("id", Text("By which it can be ended.")),
            ("host", Text("Where events go.")),
            ("allowed", Flag("Whether the app’s settings still allow that; where they do not, nothing is sent.")),
            ("events", ListOf("Which events.", OneOf("A type of event.", SubscriberEvent.Types))),
            ("states", ListOf("Only these states; empty for all.", Text("A state."))),
            ("signed", Flag("Whether events are signed.")),
            ("created_at", Time("When it was made, the last time it was.")),
            (
                "last_delivery",
                Object(
                        "The last try; null where there was none.",
                        ("at", Time("When it was.")),
                        ("status", Number("The HTTP status; null where there was no answer.").OrNull())
                    )
                    .OrNull()
            ),
            ("waiting", Number("How many events wait for their next try.")),
            ("failed", Number("How many events failed for good."))
        );

    private static OpenApiSchema Check() => OneOf("Whether it works.", ["ok", "failed", "not_configured"]);

    private static OpenApiSchema StatsHour() =>
        Object(
            "What was counted in an hour.",
            ("hour", Time("Its beginning.")),
            ("settlements", SettlementCounts()),
            ("sums", SettlementSums()),
            ("known_by", KnownByCounts()),
            ("callbacks", Number("Callbacks recorded, duplicates among them.")),
            ("conflicts", Number("Callbacks that contradicted a loan’s end.")),
            ("refused_callbacks", Number("Callbacks that could not be read and were not recorded; the log says why.")),
            ("second_half", SecondHalf().OrNull())
        );

    private static OpenApiSchema KnownByCounts() =>
        Object(
            "By whom it is known of those that were settled.",
            ("baloan", Number("Baloan said so.")),
            ("credit", Number("Found out by the customer’s credit.")),
            ("person", Number("A person decided."))
        );

    private static OpenApiSchema SecondHalf() =>
        Object(
            "What of it was counted from half past on, when the hours of Tehran begin; null where an older version of the app has "
                + "counted some of it.",
            ("settlements", SettlementCounts()),
            ("sums", SettlementSums()),
            ("known_by", KnownByCounts()),
            ("callbacks", Number("Callbacks recorded, duplicates among them.")),
            ("conflicts", Number("Callbacks that contradicted a loan’s end.")),
            ("refused_callbacks", Number("Callbacks that could not be read and were not recorded."))
        );

    private static OpenApiSchema SettlementCounts() =>
        Object(
            "Attempts at settlements: accepted, and ended by outcome. One that was in review is counted where it ended once it is "
                + "decided, and no more "
                + "where it was put before a person.",
            ("accepted", Number("Accepted.")),
            ("settled", Number("Ended as settled.")),
            ("rejected", Number("Ended as rejected.")),
            ("failed", Number("Ended as failed.")),
            ("needs_review", Number("Put before a person and not decided yet."))
        );

    private static OpenApiSchema SettlementSums() =>
        Object(
            "The same in Toman.",
            ("accepted", Toman("Accepted.")),
            ("settled", Toman("Ended as settled.")),
            ("rejected", Toman("Ended as rejected.")),
            ("failed", Toman("Ended as failed.")),
            ("needs_review", Toman("Put before a person and not decided yet."))
        );

    private static OpenApiSchema Day(string description) =>
        Object(description, ("settlements", SettlementCounts()), ("sums", SettlementSums()));

    private static OpenApiSchema Waiting() =>
        Object(
            "What waits in a status.",
            ("count", Number("How many.")),
            ("oldest_at", Time("Since when the one does that has waited longest.").OrNull())
        );

    private static OpenApiSchema Seconds(string description) =>
        new() { Type = JsonSchemaType.Number, Description = $"{description} Seconds." };

    private static OpenApiSchema TokenLook() =>
        Object(
            "An access token.",
            ("configured", Flag("Whether the credentials are set; null where Key Vault does not answer.").OrNull()),
            ("expires_at", Time("When it runs out; null where none is known.").OrNull())
        );

    private static OpenApiSchema TokenLife() => Object("An access token.", ("expires_at", Time("When it runs out."))).OrNull();
}
