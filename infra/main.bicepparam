// What azd and the workflow deploy. Values that differ between deployments come from the environment; the others are changed here.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'baloan')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')

// azd sets this to whoever is signed in. The workflow does not: it sets no credentials and needs no right to.
param vaultOfficerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')

param merchantApiVersion = 'v2'
param storageSku = 'Standard_ZRS'
