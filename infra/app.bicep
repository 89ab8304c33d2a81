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

@description('How many of a hundred traces are kept of the app\'s own spans.')
param tracePercent int

@description('Where Baloan listens.')
param baloanBaseAddress string

@description('Version of the merchant API.')
param merchantApiVersion string

@description('How long after the sending an unchanged credit proves that nothing was moved.')
param settlementVerifyAfter string

@description('After how many days what tells of a person is erased from rows of what has ended; less than 30 is taken for 30, 0: never.')
param keepRowsDays int

@description('Hosts that events may be sent to.')
param subscriptionHosts string

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('The most instances.')
param maximumInstanceCount int

@description('Subnet that the app calls out from; empty: none.')
param subnetId string

// The host holds a body of known length twice before the function runs. Sixteen requests of 10 MB take 1.4 GB, of which an instance of
// 2 GB has enough; with 512 MB four are safe and eight kill it.
var requestsAtOnce = instanceMemoryMB / 128

var settings = {
  // The host's storage and the app's, by identity.
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsDisableHomepage: 'true'
  AzureFunctionsJobHost__extensions__http__maxConcurrentRequests: string(requestsAtOnce)

  KeyVault__Uri: vaultUri
  KeyVault__ClientId: identityClientId
  AZURE_CLIENT_ID: identityClientId

  Baloan__BaseAddress: baloanBaseAddress
  Baloan__MerchantApiVersion: merchantApiVersion
  Settlements__VerifyAfter: settlementVerifyAfter
  // Empty: off.
  Retention__Days: keepRowsDays == 0 ? '' : string(max(keepRowsDays, 30))
  Subscriptions__AllowedHosts: subscriptionHosts

  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // The host sends everything. By default no more than five traces a second are sent, and the log lines of the others are dropped with
  // them: the line that an alert waits for might be one of those.
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: '1.0'
  Telemetry__TracePercent: string(tracePercent)
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
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

resource functionApp 'Microsoft.Web/sites@2025-03-01' = {
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
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
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
          http: { perInstanceConcurrency: requestsAtOnce }
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
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: functionApp
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: functionApp
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = functionApp.name
output url string = 'https://${functionApp.properties.defaultHostName}'
