// The storage account: invoices and uploads, queues, tables, the app's package and the Functions host's own blobs.

@description('Name of the account.')
param name string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Copies of the data.')
param sku string

@description('Container of the app\'s package.')
param deploymentContainer string

@description('How many days invoices and uploads are kept.')
param keepFilesDays int

@description('Log Analytics workspace.')
param workspaceId string

@description('Whether it is reached by private endpoints alone.')
param isPrivate bool

@description('Addresses and ranges (CIDR) of people who reach it all the same.')
param adminAddresses string[]

// The names are those of StorageSetup.cs.
var fileContainers = ['invoices', 'uploads']
var workQueues = ['invoices', 'loans', 'events']
var tableNames = [
  'Settlements'
  'SettlementsByStatus'
  'Uploads'
  'UploadsByStatus'
  'LoanStates'
  'LoansByState'
  'LoanOpenings'
  'Subscriptions'
  'Stats'
]

var containers = concat(fileContainers, [deploymentContainer])
var queues = concat(workQueues, map(workQueues, queue => '${queue}-poison'))

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate && empty(adminAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      ipRules: map(adminAddresses, address => { value: address, action: 'Allow' })
    }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2026-09-01' = {
  parent: account
  name: 'default'
  properties: {
    // Containers alone: with soft delete of blobs, each of the host's lock and timer blobs would leave a copy every minute.
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-09-01' = [
  for container in containers: {
    parent: blobService
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-09-01' = {
  parent: account
  name: 'default'
}

resource queueList 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-09-01' = [
  for queue in queues: {
    parent: queueService
    name: queue
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2026-09-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-09-01' = [
  for table in tableNames: {
    parent: tableService
    name: table
  }
]

resource ageing 'Microsoft.Storage/storageAccounts/managementPolicies@2026-09-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'delete-old-files'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: map(fileContainers, container => '${container}/')
            }
            actions: {
              baseBlob: {
                delete: { daysAfterModificationGreaterThan: keepFilesDays }
              }
              // A settlement of a blob that the caller has put there holds a snapshot of it.
              snapshot: {
                delete: { daysAfterCreationGreaterThan: keepFilesDays }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobService]
}

// What is written to queues, for the alert on poison queues: it works whatever the app itself still logs.
resource queueLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queueService
  name: 'queue-writes'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
    ]
  }
}

output name string = account.name
output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
