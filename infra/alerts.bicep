// Alerts: one rule for each entry of alerts.yaml, and whom they reach. docs/runbook.md says what to do.

@description('Names what is deployed.')
param environmentName string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Who gets the alerts by mail.')
param email string

@description('Country code and number that get the alerts by SMS, such as 49 and 1701234567; empty: none.')
param sms { countryCode: string, phoneNumber: string }

@description('Address that gets the alerts by POST in Azure\'s common alert schema, such as a Logic App that tells Slack or Telegram; empty: none.')
@secure()
param webhook string

@description('Log Analytics workspace.')
param workspaceId string

@description('Storage account.')
param storageName string

@description('How many messages may wait in all queues together.')
@minValue(10)
param queueBacklog int = 1000

var alerts = loadYamlContent('alerts.yaml')

// A line that was logged with an exception arrives among the exceptions, its own text among the properties.
var lineQuery = '''
union
  (AppTraces | project TimeGenerated, Line = Message),
  (AppExceptions | project TimeGenerated, Line = strcat(OuterMessage, " ", Properties))
| where {condition}
| extend Line = substring(Line, 0, 300)
'''

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
    smsReceivers: empty(sms.phoneNumber)
      ? []
      : [
          {
            name: 'owner'
            countryCode: sms.countryCode
            phoneNumber: sms.phoneNumber
          }
        ]
    webhookReceivers: empty(webhook)
      ? []
      : [
          {
            name: 'chat'
            serviceUri: webhook
            useCommonAlertSchema: true
          }
        ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts: {
    name: '${environmentName}-${alert.name}'
    location: location
    tags: tags
    properties: {
      displayName: '${environmentName}: ${alert.title}'
      description: alert.description
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.?every ?? 'PT5M'
      windowSize: alert.?window ?? 'PT15M'
      overrideQueryTimeRange: alert.?lookBack
      // Either it ends by itself, or it is raised at each look and sent again after a while.
      autoMitigate: !contains(alert, 'repeat')
      muteActionsDuration: alert.?repeat
      // A new workspace has no such table yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.?query ?? replace(
              lineQuery,
              '{condition}',
              join(map(alert.?phrases ?? [], phrase => 'Line contains "${phrase}"'), ' or ')
            )
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            // Each line, gateway or queue raises an alert of its own, and the mail shows it.
            dimensions: contains(alert, 'query') && !contains(alert, 'by')
              ? []
              : [
                  {
                    name: alert.?by ?? 'Line'
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

resource storage 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: storageName
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-09-01' existing = {
  parent: storage
  name: 'default'
}

// Queue storage counts its messages once an hour, all queues together.
resource backlog 'Microsoft.Insights/metricAlerts@2026-01-01' = {
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
