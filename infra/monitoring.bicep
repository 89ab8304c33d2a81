// Logs, traces and metrics, and a page that shows them.

@description('Last part of the names.')
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('How many days logs are kept.')
param keepLogsDays int

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: keepLogsDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    // Alerts hang on what arrives here, so that only the app's identity may send: the connection string alone opens nothing.
    DisableLocalAuth: true
  }
}

// Each panel of workbook.yaml, below a choice of the time that all of them show.
var panels = map(loadYamlContent('workbook.yaml'), panel => {
  type: 3
  content: {
    version: 'KqlItem/1.0'
    title: panel.title
    query: panel.query
    size: 0
    timeContextFromParameter: 'TimeRange'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    visualization: panel.chart
  }
  customWidth: '50'
})

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspace.id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Baloan.Functions: ${name}'
    category: 'workbook'
    sourceId: workspace.id
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat(
        [
          {
            type: 9
            content: {
              version: 'KqlParameterItem/1.0'
              parameters: [
                {
                  id: guid('TimeRange')
                  version: 'KqlParameterItem/1.0'
                  name: 'TimeRange'
                  label: 'Time'
                  type: 4
                  isRequired: true
                  value: { durationMs: 86400000 }
                  typeSettings: {
                    selectableValues: map([1, 6, 24, 72, 168, 720], hours => { durationMs: hours * 3600000 })
                  }
                }
              ]
            }
          }
        ],
        panels
      )
      fallbackResourceIds: [workspace.id]
    })
  }
}

output workspaceId string = workspace.id
output insightsName string = insights.name
output insightsConnectionString string = insights.properties.ConnectionString
