using System.Text;
using System.Text.Json.Nodes;

namespace Baloan.EndToEnd.Tests.LogicApps;

/// <summary>Calls a function of a workflow's expressions, such as <c>triggerBody()</c>.</summary>
internal delegate JsonNode? WorkflowFunction(string name, IReadOnlyList<JsonNode?> arguments);

/// <summary>Evaluates the few expressions of the Workflow Definition Language that the workflows use, and fails on any other.</summary>
internal sealed class Expressions(WorkflowFunction call)
{
    /// <summary>A piece of a definition with each expression in it replaced by its value.</summary>
    public JsonNode? Evaluate(JsonNode? template) =>
        template switch
        {
            JsonObject json => new JsonObject(json.Select(field => KeyValuePair.Create(field.Key, Evaluate(field.Value)))),
            JsonArray list => new JsonArray([.. list.Select(Evaluate)]),
            JsonValue value when value.TryGetValue<string>(out var text) => EvaluateText(text),
            _ => template?.DeepClone(),
        };

    private JsonNode? EvaluateText(string text)
    {
        if (text.StartsWith('@') && !text.StartsWith("@{", StringComparison.Ordinal))
        {
            var expression = new Reader(text, 1, call);
            var value = expression.Read();
            expression.Position.ShouldBe(text.Length, $"after the expression of {text}");
            return value;
        }

        var result = new StringBuilder();
        var position = 0;
        while (text.IndexOf("@{", position, StringComparison.Ordinal) is var begin and >= 0)
        {
            var expression = new Reader(text, begin + 2, call);
            result.Append(text, position, begin - position).Append(TextOf(expression.Read()));
            expression.Take('}');
            position = expression.Position;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>A value as a text: a text as it is, nothing for null, and anything else as JSON.</summary>
    public static string TextOf(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue<string>(out var asItIs) ? asItIs : value?.ToJsonString() ?? "";

    /// <summary>
    /// Reads one expression from a text: a function, a text, a number, a word, and what is taken out of it with <c>?['…']</c>.
    /// </summary>
    private sealed class Reader(string text, int start, WorkflowFunction call)
    {
        public int Position { get; private set; } = start;

        private char Next => Position < text.Length ? text[Position] : '\0';

        public JsonNode? Read()
        {
            var value = ReadValue();
            while (Next is '?' or '[')
            {
                var mayBeNull = TryTake('?');
                Take('[');
                var field = TextOf(Read());
                Take(']');
                (mayBeNull || value is not null).ShouldBeTrue($"'{field}' is taken out of null in {text}");
                value = value is JsonObject json ? json[field] : null;
            }

            return value?.DeepClone();
        }

        public void Take(char expected) => TryTake(expected).ShouldBeTrue($"'{expected}' is expected at {Position} of {text}");

        private JsonNode? ReadValue()
        {
            if (TryTake('\''))
            {
                var end = text.IndexOf('\'', Position);
                var literal = text[Position..end];
                Position = end + 1;
                return literal;
            }

            var begin = Position;
            while (char.IsAsciiLetterOrDigit(Next) || (Next == '-' && Position == begin))
            {
                Position++;
            }

            var word = text[begin..Position];
            return TryTake('(') ? call(word, ReadArguments()) : JsonNode.Parse(word);
        }

        private List<JsonNode?> ReadArguments()
        {
            var arguments = new List<JsonNode?>();
            while (!TryTake(')'))
            {
                if (arguments.Count > 0)
                {
                    Take(',');
                }

                arguments.Add(Read());
            }

            return arguments;
        }

        /// <summary>Takes a character, and the spaces on both sides of it, where it comes next.</summary>
        private bool TryTake(char expected)
        {
            var next = Position;
            while (expected != '\'' && next < text.Length && text[next] == ' ')
            {
                next++;
            }

            if (next >= text.Length || text[next] != expected)
            {
                return false;
            }

            Position = next + 1;
            while (expected is ',' or '(' && Next == ' ')
            {
                Position++;
            }

            return true;
        }
    }
}
