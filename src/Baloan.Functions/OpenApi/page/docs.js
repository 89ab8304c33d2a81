// The console keeps its key in the tab: who comes from there has given it already.
const key = sessionStorage.getItem('baloan-console-key');

// A call is shown as the curl line that does the same, to be copied and passed on: without the key.
const withoutKey = {
  wrapComponents: {
    curl: (Original, { React }) => (props) => React.createElement(
      Original, { ...props, request: props.request.setIn(['headers', 'x-functions-key'], 'YOUR-KEY') }),
  },
};

const ui = SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  plugins: [withoutKey],
  onComplete: () => {
    if (key) {
      ui.preauthorizeApiKey('function_key', key);
    }
  },
});
