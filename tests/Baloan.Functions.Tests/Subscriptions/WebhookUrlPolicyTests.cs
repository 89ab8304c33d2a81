using Baloan.Core.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Baloan.Functions.Tests.Subscriptions;

public sealed class WebhookUrlPolicyTests
{
    [Theory]
    [InlineData("https://prod-01.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sp=%2Ftriggers%2Fmanual%2Frun&sig=x")]
    [InlineData("https://prod-01.westeurope.logic.azure.com:443/x")]
    [InlineData("HTTPS://PROD-01.WestEurope.Logic.Azure.Com/x")]
    [InlineData("https://prod-01.westeurope.logic.azure.com./x")]
    [InlineData("https://a.b.c.d.logic.azure.com")]
    public void Where_Logic_Apps_listen_may_be_sent_to(string url)
    {
        Policy(Environments.Production).Check(url, out var fault).ShouldNotBeNull();
        fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("https://logic.azure.com/x")]
    [InlineData("https://.logic.azure.com/x")]
    [InlineData("https://xlogic.azure.com/x")]
    [InlineData("https://x.logic.azure.com.evil.com/x")]
    [InlineData("https://evil.com/.logic.azure.com")]
    [InlineData("https://evil.com/x.logic.azure.com")]
    [InlineData("https://evil.com?x.logic.azure.com")]
    [InlineData("https://evil.com#x.logic.azure.com")]
    [InlineData("https://evil.com\\x.logic.azure.com")]
    [InlineData("https://evil.com\\@x.logic.azure.com/")]
    [InlineData("https://x.logic.azure.com@evil.com/")]
    [InlineData("https://x.logic.azure.com:443@evil.com/")]
    [InlineData("https://user:password@x.logic.azure.com/")]
    [InlineData("https://user@x.logic.azure.com/")]
    [InlineData("https://@x.logic.azure.com/", "an empty user")]
    [InlineData("https://:@x.logic.azure.com/")]
    [InlineData("https:\\\\@x.logic.azure.com/")]
    [InlineData("https://x.logic.azure.com:0/")]
    [InlineData("https://x.logic.azure.com:8443/")]
    [InlineData("https://x.logic.azure.com:22/")]
    [InlineData("http://127.0.0.1:0/")]
    [InlineData("https://x.logic.azure.com/#fragment")]
    [InlineData("https://x.logic.azure.com%2eevil.com/")]
    [InlineData("https://x.logic.azure.com%00.evil.com/")]
    [InlineData("https://evil.com%23.logic.azure.com/")]
    [InlineData("https://evil.com%2f.logic.azure.com/")]
    [InlineData("https://x.logic.azure。com.evil.com/")]
    [InlineData("https://x.lоgic.azure.com/", "the first o is Cyrillic")]
    [InlineData("https://x.xn--lgic-jye.azure.com/")]
    [InlineData("https://x.logic.azure.com..evil.com/")]
    [InlineData("http://x.logic.azure.com/x")]
    [InlineData("ftp://x.logic.azure.com/x")]
    [InlineData("file://x.logic.azure.com/x")]
    [InlineData("javascript://x.logic.azure.com/x")]
    [InlineData("//x.logic.azure.com/x")]
    [InlineData("/workflows/run")]
    [InlineData("x.logic.azure.com")]
    [InlineData("https:x.logic")]
    [InlineData("https://")]
    [InlineData("")]
    [InlineData("https://x.logic.azure.com/\r\nHost: evil.com")]
    [InlineData("https://x.logic.azure.com:99999/")]
    [InlineData("https://x.loɡic.azure.com/", "the first g is a Latin script g")]
    [InlineData("https://x.logic.azure.сom/", "the c is Cyrillic")]
    [InlineData("https://x.logic.azure.com\u2024evil.com/", "a dot leader")]
    [InlineData("https://x.logic.azure.com\uFF0Eevil.com/", "a full-width dot")]
    [InlineData("https://x.logic.azure.com\uFF0F.evil.com/", "a full-width slash")]
    [InlineData("https://169.254.169.254#.logic.azure.com/")]
    [InlineData("https://169.254.169.254?.logic.azure.com/")]
    [InlineData("https://169.254.169.254%23@x.logic.azure.com/")]
    [InlineData("https:\\\\evil.com\\x.logic.azure.com")]
    [InlineData("https://x.logic.azure.com\t.evil.com/")]
    [InlineData("gopher://x.logic.azure.com:70/_POST")]
    [InlineData("data:text/plain,x.logic.azure.com")]
    public void Elsewhere_may_not_be_sent_to(string url, string why = "") => ShouldBeRefused(Policy(Environments.Development), url, why);

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost.")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("017700000001")]
    [InlineData("[::1]")]
    [InlineData("[0:0:0:0:0:0:0:1]")]
    public void Loopback_may_be_sent_to_in_Development_alone(string host)
    {
        foreach (var url in new[] { $"http://{host}:8080/x", $"https://{host}/x" })
        {
            Policy(Environments.Development).Check(url, out var fault).ShouldNotBeNull(url);
            fault.ShouldBeNull();
            ShouldBeRefused(Policy(Environments.Production), url);
            ShouldBeRefused(Policy(Environments.Staging), url);
        }
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0")]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("172.16.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("2852039166")]
    [InlineData("0xa9fea9fe")]
    [InlineData("0251.0376.0251.0376")]
    [InlineData("169.16689662")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[::ffff:a9fe:a9fe]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("[fe80::1]")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("[::1%251]")]
    [InlineData("[fd00::1]")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("localhost.evil.com")]
    [InlineData("localhost.localdomain")]
    [InlineData("①②⑦.⓪.⓪.①")]
    [InlineData("1.1.1.1")]
    [InlineData("10.1")]
    [InlineData("012.0.0.1")]
    [InlineData("0xA.0.0.0x1")]
    [InlineData("167772161")]
    [InlineData("0x0a000001")]
    [InlineData("169.254.169.254.")]
    [InlineData("0x0a9.0xfe.0xa9.0xfe")]
    [InlineData("168.63.129.16")]
    [InlineData("[0:0:0:0:0:ffff:127.0.0.1]")]
    [InlineData("[::ffff:a00:1]")]
    [InlineData("[::ffff:169.254.169.254]")]
    [InlineData("[0000::1:7f00:1]")]
    [InlineData("metadata.azure.internal")]
    [InlineData("metadata.google.internal")]
    [InlineData("①⑥⑨.②⑤④.①⑥⑨.②⑤④")]
    [InlineData("１０.0.0.1")]
    public void A_host_that_nobody_allowed_is_refused_by_every_spelling(string host)
    {
        foreach (var url in new[] { $"http://{host}/x", $"https://{host}/x" })
        {
            ShouldBeRefused(Policy(Environments.Production), url);
            // Circled digits are digits to a reader of URLs: that host is 127.0.0.1, or none.
            if (host[0] != '①')
            {
                ShouldBeRefused(Policy(Environments.Development), url);
            }
        }
    }

    [Fact]
    public void What_looks_like_an_allowed_name_and_is_read_as_an_address_is_refused() =>
        ShouldBeRefused(Policy(Environments.Production), "https://[::1].logic.azure.com/");

    [Fact]
    public void A_URL_may_have_2000_characters()
    {
        const string Start = "https://x.logic.azure.com/";
        var policy = Policy(Environments.Production);
        policy.Check(Start + new string('x', 2000 - Start.Length), out _).ShouldNotBeNull();
        ShouldBeRefused(policy, Start + new string('x', 2001 - Start.Length));
        ShouldBeRefused(policy, Start + new string('ب', 1900), "longer when it is escaped");
    }

    [Fact]
    public void The_owner_says_which_hosts()
    {
        var policy = Policy(Environments.Production, " hooks.example.com ; *.Example.ORG;;*.bücher.example;203.0.113.7; ");
        foreach (
            var allowed in new[]
            {
                "https://hooks.example.com/x",
                "https://HOOKS.example.com.:443/x",
                "https://a.example.org",
                "https://b.a.example.org",
                "https://shop.bücher.example/x",
                "https://shop.xn--bcher-kva.example/x",
                "https://203.0.113.7/x",
            }
        )
        {
            policy.Check(allowed, out _).ShouldNotBeNull(allowed);
        }

        foreach (
            var refused in new[]
            {
                "https://example.com",
                "https://x.hooks.example.com",
                "https://example.org",
                "https://bücher.example",
                "https://203.0.113.70/x",
                "https://x.203.0.113.7/",
                "https://x.logic.azure.com/",
                "http://hooks.example.com/x",
            }
        )
        {
            ShouldBeRefused(policy, refused);
        }
    }

    [Fact]
    public void The_owner_says_which_ports()
    {
        var policy = Policy(Environments.Production, allowedPorts: " 8443;9443 ");
        policy.Check("https://x.logic.azure.com:8443/x", out _).ShouldNotBeNull();
        policy.Check("https://x.logic.azure.com:9443/x", out _).ShouldNotBeNull();
        policy.Check("https://x.logic.azure.com/x", out var fault).ShouldBeNull("443 is not among them");
        fault.ShouldBe(WebhookUrlFault.Port);
        Policy(Environments.Production).Check("https://x.logic.azure.com/mail@example.com?to=a@b", out _).ShouldNotBeNull("no user");
        Policy(Environments.Production).Check("https://x.api.powerplatform.com/x", out _).ShouldNotBeNull("where Power Automate listens");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("443,8443")]
    [InlineData("https")]
    public void A_setting_that_is_no_list_of_ports_stops_the_start(string setting) =>
        Should.Throw<InvalidOperationException>(() => Options(null, setting)).Message.ShouldStartWith("Subscriptions__AllowedPorts");

    [Theory]
    [InlineData("*")]
    [InlineData("*.com")]
    [InlineData("*.*.example.com")]
    [InlineData("a.*.example.com")]
    [InlineData("https://hooks.example.com")]
    [InlineData("hooks.example.com:443")]
    [InlineData("hooks.example.com/x")]
    [InlineData("user@hooks.example.com")]
    [InlineData("hooks.example.com,other.example.com")]
    [InlineData("hooks example.com")]
    [InlineData("*.10.0.0.1")]
    [InlineData("hooks.example.com;?")]
    public void A_setting_that_is_no_list_of_hosts_stops_the_start(string setting) =>
        Should.Throw<InvalidOperationException>(() => Options(setting)).Message.ShouldStartWith("Subscriptions__AllowedHosts");

    private static void ShouldBeRefused(WebhookUrlPolicy policy, string url, string why = "")
    {
        policy.Check(url, out var fault).ShouldBeNull($"{url} {why}");
        fault.ShouldNotBeNull(url);
    }

    private static WebhookUrlPolicy Policy(string environment, string? allowedHosts = null, string? allowedPorts = null) =>
        new(Options(allowedHosts, allowedPorts), new HostingEnvironment { EnvironmentName = environment });

    private static SubscriptionOptions Options(string? allowedHosts, string? allowedPorts = null) =>
        SubscriptionOptions.From(
            new ConfigurationBuilder()
                .AddInMemoryCollection([new("Subscriptions:AllowedHosts", allowedHosts), new("Subscriptions:AllowedPorts", allowedPorts)])
                .Build()
        );
}
