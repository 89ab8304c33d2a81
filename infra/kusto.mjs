// Reads queries as Azure does: with Kusto's own language service, which knows the tables and columns that these queries may use.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.js');
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;

// The columns that are used, of the tables as https://learn.microsoft.com/azure/azure-monitor/reference/tables has them.
const tables = {
  AppTraces: '(TimeGenerated: datetime, Message: string, Properties: dynamic, SeverityLevel: int)',
  AppExceptions: '(TimeGenerated: datetime, OuterMessage: string, Properties: dynamic)',
  AppRequests: '(TimeGenerated: datetime, Name: string, Url: string, ResultCode: string, ItemCount: int, Success: bool, DurationMs: real)',
  AppDependencies: '(TimeGenerated: datetime, Name: string, ItemCount: int, Success: bool, DurationMs: real, Properties: dynamic)',
  AppMetrics: '(TimeGenerated: datetime, Name: string, Sum: real, Min: real, Max: real, ItemCount: int, Properties: dynamic)',
  StorageQueueLogs: '(TimeGenerated: datetime, OperationName: string, StatusCode: string, Uri: string)',
};

const workspace = GlobalState.Default.WithDatabase(
  new Symbols.DatabaseSymbol.ctor(
    'workspace',
    Object.entries(tables).map(([name, columns]) => Symbols.TableSymbol.From(columns).WithName(name)),
  ),
);

const itemsOf = (list) => Array.from({ length: list.Count }, (_, index) => list.getItem(index));

/** What the language service finds wrong with a query, and which of the columns that it should end with it has not. */
export function faultsOf(query, columns) {
  const code = KustoCode.ParseAndAnalyze(query, workspace);
  const found = itemsOf(code.GetDiagnostics()).map(
    ({ Message: message, Start: start }) => `${message} (at “${query.slice(start, start + 40)}”)`,
  );
  const results = code.ResultType?.Columns ? itemsOf(code.ResultType.Columns).map((column) => column.Name) : [];
  return [...found, ...columns.filter((column) => !results.includes(column)).map((column) => `the query has no column ${column}`)];
}
