using System.Globalization;
using System.Text;

namespace Baloan.Sandbox;

/// <summary>A loan's contract, as a PDF of one page.</summary>
internal static class ContractPdf
{
    /// <summary>The contract as the loan stands now.</summary>
    public static byte[] Of(BookedLoan loan)
    {
        string[] lines =
        [
            "Contract of a loan in Baloan's sandbox. No money is real.",
            $"Loan {loan.Uuid}",
            string.Create(CultureInfo.InvariantCulture, $"{loan.Amount:#,0} Toman over {loan.LoanDue} months at store {loan.Store}"),
            string.Create(CultureInfo.InvariantCulture, $"Opened {loan.OpenedAt:u}"),
            loan.IsAgreedByUser ? "Signed by the customer" : "Not signed yet",
        ];
        var text = $"BT /F1 14 Tf 56 780 Td 24 TL {string.Concat(lines.Select(line => $"({line}) Tj T* "))}ET";
        string[] objects =
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            string.Create(CultureInfo.InvariantCulture, $"<< /Length {text.Length} >>\nstream\n{text}\nendstream"),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ];

        var pdf = new StringBuilder("%PDF-1.4\n");
        var starts = new StringBuilder();
        for (var i = 0; i < objects.Length; i++)
        {
            starts.Append(CultureInfo.InvariantCulture, $"{pdf.Length:0000000000} 00000 n \n");
            pdf.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var table = pdf.Length;
        pdf.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n{starts}");
        pdf.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(pdf.ToString());
    }
}
