// Alerts. docs/deploying.md says what each means and what to do.

@description('Names what is deployed.')
param environmentName string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Who gets the alerts.')
param email string

@description('Log Analytics workspace.')
param workspaceId string

@description('Storage account.')
param storageName string

@description('Percentage of requests answered 5xx within a quarter of an hour that raises an alert.')
@minValue(1)
@maxValue(100)
param failurePercent int = 5

@description('How many messages may wait in all queues together.')
@minValue(10)
param queueBacklog int = 1000

// Alerts on what the app itself says. Each phrase stands in a log line of the app; infra/check-names.mjs looks.
var lineAlerts = loadJsonContent('alerts.json')

// A line that was logged with an exception arrives among the exceptions, its own text among the properties.
var lineQuery = '''
union
  (AppTraces | project TimeGenerated, Line = Message),
  (AppExceptions | project TimeGenerated, Line = strcat(OuterMessage, ' ', Properties))
| where {condition}
| extend Line = substring(Line, 0, 300)
'''

var queryAlerts = [
  {
    name: 'poison-message'
    title: 'A message went to a poison queue'
    description: 'It was tried as often as allowed and failed each time. Nothing takes it up again by itself.'
    severity: 1
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    timeRange: null
    dimension: 'Queue'
    query: '''
StorageQueueLogs
| where OperationName == 'PutMessage' and toint(StatusCode) between (200 .. 299)
| extend Queue = extract('/([a-z0-9-]+-poison)/messages', 1, Uri)
| where isnotempty(Queue)
'''
  }
  {
    name: 'token-expired'
    title: 'An access token is older than its life'
    description: 'The newest token that was got from Baloan has run out and was not replaced. Calls to Baloan fail.'
    severity: 1
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    // A token lives for a day.
    timeRange: 'P2D'
    dimension: 'Gateway'
    query: '''
AppTraces
| where Message contains 'access token lives until'
| parse Message with 'A new ' Gateway ' access token lives until ' Until '.'
| summarize RunsOut = max(todatetime(Until)) by Gateway
| where RunsOut < now()
'''
  }
  {
    name: 'server-errors'
    title: 'Many requests are answered 5xx'
    description: 'Either the app, its storage or its vault is in trouble, or Baloan is: the problem code of the answers tells.'
    severity: 2
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    timeRange: null
    dimension: ''
    query: replace('''
AppRequests
| where ResultCode matches regex '^[1-5][0-9][0-9]$' and Url !endswith '/api/health'
| summarize Requests = sum(ItemCount), Failures = sumif(ItemCount, toint(ResultCode) >= 500)
| where Failures >= 5 and Failures * 100 >= Requests * {percent}
''', '{percent}', string(failurePercent))
  }
]

resource receivers 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: take(environmentName, 12)
    emailReceivers: [
      {
        name: 'owner'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource lineRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in lineAlerts: {
    name: '${environmentName}-${alert.name}'
    location: location
    tags: tags
    properties: {
      displayName: '${environmentName}: ${alert.title}'
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      // A new workspace has no such table yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: replace(lineQuery, '{condition}', join(map(alert.phrases, phrase => 'Line contains "${phrase}"'), ' or '))
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            // Each line raises an alert of its own, and the mail shows it.
            dimensions: [
              {
                name: 'Line'
                operator: 'Include'
                values: ['*']
              }
            ]
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [receivers.id] }
    }
  }
]

resource queryRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in queryAlerts: {
    name: '${environmentName}-${alert.name}'
    location: location
    tags: tags
    properties: {
      displayName: '${environmentName}: ${alert.title}'
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.evaluationFrequency
      windowSize: alert.windowSize
      overrideQueryTimeRange: alert.timeRange
      autoMitigate: true
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: empty(alert.dimension)
              ? []
              : [
                  {
                    name: alert.dimension
                    operator: 'Include'
                    values: ['*']
                  }
                ]
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [receivers.id] }
    }
  }
]

// A timer runs every minute, so that an hour without a word means that nothing runs, or that its telemetry does not arrive.
resource silence 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${environmentName}-silence'
  location: location
  tags: tags
  properties: {
    displayName: '${environmentName}: nothing is heard of the app'
    description: 'No log line and no request arrived for an hour. No other alert on log lines can be raised meanwhile.'
    severity: 1
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'union AppTraces, AppRequests'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' existing = {
  parent: storage
  name: 'default'
}

// Queue storage counts its messages once an hour, all queues together.
resource backlog 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${environmentName}-queue-backlog'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages pile up in the queues: they come faster than they are worked off, or nothing works them off.'
    severity: 2
    enabled: true
    scopes: [queueService.id]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'messages'
          metricNamespace: 'Microsoft.Storage/storageAccounts/queueServices'
          metricName: 'QueueMessageCount'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: queueBacklog
        }
      ]
    }
    actions: [
      {
        actionGroupId: receivers.id
      }
    ]
  }
}
