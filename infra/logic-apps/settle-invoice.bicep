// A Logic Apps workflow that takes an invoice, settles it and answers with the outcome. docs/logic-apps.md says how to use it.

metadata description = 'Workflow that settles an invoice.'

@description('Names the workflow. The same as that of the app\'s deployment, or one of your own.')
@minLength(3)
@maxLength(20)
param environmentName string = 'baloan'

@description('Region.')
param location string = resourceGroup().location

@description('Address of the API, such as https://myapp.azurewebsites.net/api: the output apiUrl of the app\'s deployment.')
@minLength(12)
param apiUrl string

@description('A function key that opens CreateSettlement and GetSettlement. Make one for this workflow alone.')
@secure()
@minLength(1)
param functionKey string

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'logic-${environmentName}-settle-invoice'
  location: location
  tags: { 'azd-env-name': environmentName }
  properties: {
    state: 'Enabled'
    definition: loadJsonContent('settle-invoice.json')
    parameters: {
      apiUrl: { value: apiUrl }
      functionKey: { value: functionKey }
    }
  }
}

@description('Name of the workflow.')
output workflowName string = workflow.name

@description('Shows the address that takes invoices. Whoever knows it can call it.')
output invoiceUrlCommand string = 'az rest --method post --url ${workflow.id}/triggers/Invoice/listCallbackUrl?api-version=2019-05-01 --query value --output tsv'
