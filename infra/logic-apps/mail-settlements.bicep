// A Logic Apps workflow that mails yesterday's settlements every morning. docs/logic-apps.md says how to use it.

metadata description = 'Workflow that mails the day\'s settlements.'

@description('Names the workflow. The same as that of the app\'s deployment, or one of your own.')
@minLength(3)
@maxLength(20)
param environmentName string = 'baloan'

@description('Region.')
param location string = resourceGroup().location

@description('Address of the API, such as https://myapp.azurewebsites.net/api: the output apiUrl of the app\'s deployment.')
@minLength(12)
param apiUrl string

@description('A function key that opens ExportSettlements. Make one for this workflow alone.')
@secure()
@minLength(1)
param functionKey string

@description('The key of ExportSettlements alone, where the app\'s setting Keys__ExportSettlements has one.')
@secure()
param ownKey string = ''

@description('The address that the mail comes from.')
@minLength(3)
param from string

@description('Who gets it: addresses, with ; between.')
@minLength(3)
param to string

@description('The mail server, such as smtp.example.com.')
@minLength(3)
param smtpServer string

@description('Its port.')
param smtpPort int = 587

@description('The user name there.')
param smtpUserName string

@description('The password there.')
@secure()
@minLength(1)
param smtpPassword string

var smtpApi = subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'smtp')

resource smtp 'Microsoft.Web/connections@2016-06-01' = {
  name: 'smtp-${environmentName}-settlements'
  location: location
  tags: { 'azd-env-name': environmentName }
  properties: {
    displayName: 'Mail server of the settlements'
    api: { id: smtpApi }
    parameterValues: {
      serverAddress: smtpServer
      port: string(smtpPort)
      enableSSL: 'true'
      userName: smtpUserName
      password: smtpPassword
    }
  }
}

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'logic-${environmentName}-mail-settlements'
  location: location
  tags: { 'azd-env-name': environmentName }
  properties: {
    state: 'Enabled'
    definition: loadJsonContent('mail-settlements.json')
    parameters: {
      '$connections': {
        value: {
          smtp: {
            connectionId: smtp.id
            connectionName: smtp.name
            id: smtpApi
          }
        }
      }
      apiUrl: { value: apiUrl }
      functionKey: { value: functionKey }
      ownKey: { value: ownKey }
      from: { value: from }
      to: { value: to }
    }
  }
}

@description('Name of the workflow.')
output workflowName string = workflow.name
