// The console keeps its key in the tab: who comes from there has given it already.
const key = sessionStorage.getItem('baloan-console-key');

const ui = SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => {
    if (key) {
      ui.preauthorizeApiKey('function_key', key);
    }
  },
});
