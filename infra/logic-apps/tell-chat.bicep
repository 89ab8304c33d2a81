// A Logic Apps workflow that tells an alert to Slack or Telegram. docs/logic-apps.md says how to use it.

metadata description = 'Workflow that tells an alert to a chat.'

@description('Names the workflow. The same as that of the app\'s deployment, or one of your own.')
@minLength(3)
@maxLength(20)
param environmentName string = 'baloan'

@description('Region.')
param location string = resourceGroup().location

@description('A Slack incoming webhook, or https://api.telegram.org/bot<token>/sendMessage.')
@secure()
@minLength(12)
param chatUrl string

@description('Telegram\'s chat; empty for Slack.')
param chatId string = ''

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'logic-${environmentName}-tell-chat'
  location: location
  tags: { 'azd-env-name': environmentName }
  properties: {
    state: 'Enabled'
    definition: loadJsonContent('tell-chat.json')
    parameters: {
      chatUrl: { value: chatUrl }
      chatId: { value: chatId }
    }
  }
}

@description('Name of the workflow.')
output workflowName string = workflow.name

@description('Shows the address that takes alerts: the parameter alertWebhook of the app\'s deployment. Whoever knows it can call it.')
output alertUrlCommand string = 'az rest --method post --url ${workflow.id}/triggers/Alert/listCallbackUrl?api-version=2019-05-01 --query value --output tsv'
