// All of Baloan.Functions on Azure, in one resource group. docs/deploying.md says how to deploy it and what to do then.

metadata description = 'Baloan.Functions: function app, storage, vault, identity, logs and alerts.'

@description('Names what is deployed, and tells several deployments apart, such as baloan and baloan-test.')
@minLength(3)
@maxLength(20)
param environmentName string = 'baloan'

@description('Region of everything. It has to offer the Flex Consumption plan: az functionapp list-flexconsumption-locations.')
param location string = resourceGroup().location

@description('Who gets the alerts, by e-mail. Somebody who can decide about money: a settlement that needs review waits for them.')
@minLength(6)
param alertEmail string

@description('Country code and number that get the alerts by SMS as well, such as 49 and 1701234567. Empty: none.')
param alertSms { countryCode: string, phoneNumber: string } = { countryCode: '', phoneNumber: '' }

@description('Address that gets the alerts by POST as well, in Azure\'s common alert schema, such as that of infra/logic-apps/tell-chat.bicep. Empty: none.')
@secure()
param alertWebhook string = ''

@description('Where Baloan listens.')
param baloanBaseAddress string = 'https://api.baloan.ir'

@description('Version of the merchant API that the contract with Baloan is for.')
@allowed(['v1', 'v2'])
param merchantApiVersion string = 'v2'

@description('How long after the sending an unchanged credit proves that nothing was moved (hh:mm:ss). It has to be longer than Baloan may still be at work on what it got.')
param settlementVerifyAfter string = '00:05:00'

@description('Hosts that events may be sent to, with ; between. A leading *. stands for all names below.')
param subscriptionHosts string = '*.logic.azure.com;*.api.powerplatform.com'

@description('How many days invoices and uploads are kept. Table rows are not touched by this.')
@minValue(7)
@maxValue(3650)
param keepFilesDays int = 90

@description('After how many days all that tells of a person is erased from rows of what has ended; less than 30 is taken for 30, 0: never.')
@minValue(0)
@maxValue(36500)
param keepRowsDays int = 0

@description('Copies of the data: in one building (LRS), in three of the region (ZRS), or in a second region as well (GRS, GZRS). Not every region has zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Name of the vault. Change it where a deleted vault still holds the name.')
@minLength(3)
@maxLength(24)
param vaultName string = 'kv-${uniqueString(resourceGroup().id, environmentName)}'

@description('Object id of the person, group or service principal that sets Baloan\'s credentials in the vault. Empty: nobody is given that right here.')
param vaultOfficerId string = ''

@description('What vaultOfficerId is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param vaultOfficerType string = 'User'

@description('Memory of an instance in MB. It is paid for by the second. How many HTTP requests an instance takes at once follows from it: 4, 16 or 32.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances that the app may grow to. It also limits what a flood of calls can cost.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Whether storage and vault answer inside a private network alone, which the app calls them through. Its four private endpoints have a price by the hour.')
param privateNetwork bool = false

@description('Addresses of that network, /24 or larger. It must not overlap with a network that it is to be joined with.')
param privateNetworkAddresses string = '10.71.0.0/24'

@description('Public addresses and ranges (CIDR) of people who reach storage and vault from outside all the same, such as to set credentials. Only with privateNetwork.')
param adminAddresses string[] = []

@description('How many of a hundred traces are kept of the app\'s own spans. Log lines, metrics and requests are all kept: alerts hang on them.')
@minValue(1)
@maxValue(100)
param tracePercent int = 100

@description('How many days logs are kept.')
@minValue(30)
@maxValue(730)
param keepLogsDays int = 30

var token = uniqueString(resourceGroup().id, environmentName)
var tags = { 'azd-env-name': environmentName }
var deploymentContainer = 'deployments'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${environmentName}-${token}'
  location: location
  tags: tags
}

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: '${environmentName}-${token}'
    location: location
    tags: tags
    keepLogsDays: keepLogsDays
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    sku: storageSku
    deploymentContainer: deploymentContainer
    keepFilesDays: keepFilesDays
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: privateNetwork
    adminAddresses: adminAddresses
  }
}

module vault 'vault.bicep' = {
  name: 'vault'
  params: {
    name: vaultName
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    isPrivate: privateNetwork
    adminAddresses: adminAddresses
  }
}

module network 'network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    name: '${environmentName}-${token}'
    location: location
    tags: tags
    addressPrefix: privateNetworkAddresses
    storageId: storage.outputs.id
    vaultId: vault.outputs.id
  }
}

module roles 'roles.bicep' = {
  name: 'roles'
  params: {
    appPrincipalId: identity.properties.principalId
    vaultOfficerId: vaultOfficerId
    vaultOfficerType: vaultOfficerType
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
  }
}

module app 'app.bicep' = {
  name: 'app'
  params: {
    name: 'func-${environmentName}-${token}'
    planName: 'plan-${environmentName}-${token}'
    location: location
    tags: tags
    identityId: identity.id
    identityClientId: identity.properties.clientId
    storageName: storage.outputs.name
    deploymentContainerUrl: '${storage.outputs.blobEndpoint}${deploymentContainer}'
    vaultUri: vault.outputs.uri
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    tracePercent: tracePercent
    baloanBaseAddress: baloanBaseAddress
    merchantApiVersion: merchantApiVersion
    settlementVerifyAfter: settlementVerifyAfter
    keepRowsDays: keepRowsDays
    subscriptionHosts: subscriptionHosts
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    subnetId: network.?outputs.appSubnetId ?? ''
  }
  // The app reads its package and its keys with these rights as soon as it starts.
  dependsOn: [roles]
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    email: alertEmail
    sms: alertSms
    webhook: alertWebhook
    workspaceId: monitoring.outputs.workspaceId
    storageName: storage.outputs.name
  }
}

@description('Name of the function app.')
output functionAppName string = app.outputs.name

@description('Address of the API.')
output apiUrl string = '${app.outputs.url}/api'

@description('Name of the vault that takes Baloan\'s credentials.')
output keyVaultName string = vault.outputs.name

@description('Name of the storage account.')
output storageAccountName string = storage.outputs.name

@description('Address that Baloan calls when a loan changes its state, without its key.')
output callbackUrl string = '${app.outputs.url}/api/callbacks/loan-state'

@description('Shows the key that belongs behind callbackUrl as ?code=, once it is made (docs/deploying.md).')
output callbackKeyCommand string = 'az functionapp function keys list --resource-group ${resourceGroup().name} --name ${app.outputs.name} --function-name LoanStateCallback --query baloan --output tsv'
