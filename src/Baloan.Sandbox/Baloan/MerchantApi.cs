using System.Text.Json.Nodes;

namespace Baloan.Sandbox;

/// <summary>What the calls of the merchant API do, in both versions. Their answers are wrapped in Baloan's envelope.</summary>
internal sealed class MerchantApi(Books books, Func<string, string> signedUrl)
{
    private const int UploadLimit = 10 * 1024 * 1024;

    public Answer Carry(Operation operation, BaloanCall call, Invoice? invoice, bool second, bool persian, Fault? fault)
    {
        Answer Result(Refusal? refusal, Func<JsonObject>? data = null) =>
            refusal is null ? Answer.Ok(data?.Invoke() ?? []) : refusal.ToAnswer(400, persian);
        var customer = call.Fields.GetValueOrDefault("national_identifier", "");
        switch (operation)
        {
            case Operation.FileUpload:
                var file = call.File!;
                return Result(
                    file.Size > UploadLimit ? Refusal.FileTooLarge
                        : file.Extension is null ? Refusal.FileType
                        : null,
                    () => new() { ["uuid"] = books.AddFile(file.Sha256, file.Size).ToString(), ["file"] = signedUrl(file.Extension!) }
                );

            case Operation.CheckCredit:
                return Result(
                    null,
                    () => new() { ["national_identifier"] = customer, [second ? "user_credit" : "amount"] = books.CreditToTell(customer) }
                );

            case Operation.SendOtp:
                return Result(books.SendOtp(customer));

            case Operation.ValidateOtp:
                var (token, wrong) = books.ValidateOtp(customer, call.Fields["otp"]);
                return Result(wrong, () => new() { ["token"] = token });

            default:
                var refusal = books.Settle(
                    customer,
                    call.Fields.GetValueOrDefault("otp"),
                    second ? call.Fields["token"] : null,
                    invoice!.Code,
                    invoice.Total,
                    call.File!.Sha256,
                    call.File.Size,
                    fault?.Effect == Effect.Twice,
                    fault?.Name
                );
                return Result(refusal, () => second ? new() { ["user_credit"] = books.Credit(customer) } : []);
        }
    }
}
