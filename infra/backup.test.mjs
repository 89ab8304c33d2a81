// Saves tables out of Azurite and puts them back.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { TableClient } from '@azure/data-tables';

const here = path.dirname(fileURLToPath(import.meta.url));
const key = Buffer.from('a key of this test').toString('base64');

test('what was saved comes back with its types, and what is there stays as it is', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'backup-'));
  const azurite = spawn(
    process.execPath,
    [
      path.join(here, '../src/Baloan.Sandbox/azurite/node_modules/azurite/dist/src/azurite.js'),
      ...['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'],
      ...['--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck'],
    ],
    { env: { ...process.env, AZURITE_ACCOUNTS: `shop:${key}` } },
  );
  try {
    const listening = /Table service is successfully listening at (http\S+)/;
    let said = '';
    while (!listening.test(said)) {
      said += (await once(azurite.stdout, 'data'))[0];
    }

    const address = `${listening.exec(said)[1]}/shop`;
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=${key};TableEndpoint=${address};`;
    const env = { ...process.env, AZURE_STORAGE_CONNECTION_STRING: connectionString };
    const backup = (command) => execFileSync(path.join(here, 'backup'), [command, path.join(folder, 'tables')], { env, encoding: 'utf8' });
    const table = TableClient.fromConnectionString(connectionString, 'Settlements', { allowInsecureConnection: true });
    const row = (code, note) => ({
      partitionKey: code,
      rowKey: 'settlement',
      Note: note,
      Total: { type: 'Int64', value: '9007199254740993' },
      Attempts: { type: 'Int32', value: '2' },
      Inferred: { type: 'Boolean', value: 'true' },
      CreatedAt: { type: 'DateTime', value: '2026-11-30T08:00:00.1234567Z' },
      Body: { type: 'Binary', value: 'AAEC' },
    });
    const read = async (code) => {
      const { timestamp, etag, 'odata.metadata': _, ...own } = await table.getEntity(code, 'settlement', { disableTypeConversion: true });
      return own;
    };
    await table.createTable();
    for (let index = 0; index < 1100; index++) {
      await table.createEntity(row(`TLC-${index}`, 'فاکتور'));
    }

    assert.match(backup('save'), /Settlements: 1100 rows saved/);
    const before = await read('TLC-7');
    await table.deleteEntity('TLC-7', 'settlement');
    await table.updateEntity({ ...row('TLC-8', 'changed since') }, 'Replace');

    assert.match(backup('restore'), /Settlements: 1 rows added, 1099 were there/);
    assert.deepEqual(await read('TLC-7'), before);
    assert.equal((await read('TLC-7')).Total.value, '9007199254740993');
    assert.equal((await read('TLC-8')).Note.value ?? (await read('TLC-8')).Note, 'changed since');
  } finally {
    azurite.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
