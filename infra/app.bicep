// The function app and its plan (Flex Consumption: Linux, grows with the work and shrinks to nothing).

@description('Name of the function app.')
param name string

@description('Name of its plan.')
param planName string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the app\'s identity.')
param identityId string

@description('Client id of the app\'s identity.')
param identityClientId string

@description('Storage account.')
param storageName string

@description('Address of the container that holds the app\'s package.')
param deploymentContainerUrl string

@description('Address of the vault.')
param vaultUri string

@description('Where telemetry is sent. It is no secret: sending needs the identity.')
param insightsConnectionString string

@description('Where Baloan listens.')
param baloanBaseAddress string

@description('Version of the merchant API.')
param merchantApiVersion string

@description('When the access tokens are looked at.')
param tokenRefreshSchedule string

@description('How long after the sending an unchanged credit proves that nothing was moved.')
param settlementVerifyAfter string

@description('Hosts that events may be sent to.')
param subscriptionHosts string

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('The most instances.')
param maximumInstanceCount int

@description('HTTP requests that an instance takes at once.')
param httpConcurrency int

var settings = {
  // The host's storage and the app's, by identity.
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId

  KeyVault__Uri: vaultUri
  KeyVault__ClientId: identityClientId
  AZURE_CLIENT_ID: identityClientId

  Baloan__BaseAddress: baloanBaseAddress
  Baloan__MerchantApiVersion: merchantApiVersion
  Tokens__RefreshSchedule: tokenRefreshSchedule
  Settlements__VerifyAfter: settlementVerifyAfter
  Subscriptions__AllowedHosts: subscriptionHosts

  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // Everything is sent. By default no more than five traces a second are, and the log lines of the others are dropped with them:
  // the line that an alert waits for might be one of those.
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: '1.0'
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource functionApp 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        triggers: {
          http: { perInstanceConcurrency: httpConcurrency }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      appSettings: [
        for setting in items(settings): {
          name: setting.key
          value: setting.value
        }
      ]
    }
  }
}

// Whoever deploys signs in to Azure; user name and password of the old way are shut.
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: functionApp
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: functionApp
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = functionApp.name
output url string = 'https://${functionApp.properties.defaultHostName}'
