// A Logic Apps workflow that runs when a loan changes its state. docs/logic-apps.md says how to use it.

metadata description = 'Workflow that acts on each new state of a loan.'

@description('Names the workflow. The same as that of the app\'s deployment, or one of your own.')
@minLength(3)
@maxLength(20)
param environmentName string = 'baloan'

@description('Region.')
param location string = resourceGroup().location

@description('Address of the API, such as https://myapp.azurewebsites.net/api: the output apiUrl of the app\'s deployment.')
@minLength(12)
param apiUrl string

@description('A function key that opens Subscribe and UnsubscribeUrl. Make one for this workflow alone.')
@secure()
@minLength(1)
param functionKey string

@description('Who is told what to do, by POST. It may carry a key.')
@secure()
@minLength(12)
param targetUrl string

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'logic-${environmentName}-on-loan-state'
  location: location
  tags: { 'azd-env-name': environmentName }
  properties: {
    state: 'Enabled'
    definition: loadJsonContent('on-loan-state.json')
    parameters: {
      apiUrl: { value: apiUrl }
      functionKey: { value: functionKey }
      targetUrl: { value: targetUrl }
    }
  }
}

@description('Name of the workflow.')
output workflowName string = workflow.name
