// The same in a private network: an example of the switches, and what the check compiles besides.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'baloan')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')
param vaultOfficerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')

param privateNetwork = true
param adminAddresses = ['203.0.113.7']
param instanceMemoryMB = 512
param maximumInstanceCount = 1
param tracePercent = 10
param alertSms = { countryCode: '49', phoneNumber: '1701234567' }
param alertWebhook = 'https://chat.example.com/alerts'
