// Azurite writes its whole database to disk every five seconds and stands still meanwhile: for seconds, with 100,000 rows.
// No storage service does that, and nothing that is measured needs the file.
const Module = require('node:module');

const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  if (request === 'lokijs') {
    loaded.prototype.autosaveEnable = () => { };
  }

  return loaded;
};
