// The services of a browser for mail that is kept: the same suite that those of a machine have to pass, a writer that is
// killed, and what is to be found of a password on the disk.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchWithProfile } from './lib/browser.mjs';
import { suite } from './lib/suite.mjs';
import { Trials } from './lib/trials.mjs';

const timeout = 480_000;
const PASSWORD = 's3cret-0f-th3-tests';
const our = suite({ world: null });

async function withTrials(use) {
  const context = await our.browser.newContext();
  try {
    await use(await Trials.open(context, our.bridge.origin));
  } finally {
    await context.close();
  }
}

for (const [trial, what] of [
  ['keeps-what-is-written', 'the private file system keeps what is written'],
  ['lets-one-in-at-a-time', 'the private file system lets one in at a time'],
  ['keeps-secrets', 'secrets are found by their names, and nothing else'],
]) {
  test(what, { timeout }, () => withTrials(async (trials) => { await trials.run(trial); }));
}

test('a writer that is killed twenty times leaves whole batches and no lock', { timeout }, () => withTrials(async (trials) => {
  let before = 0;
  for (let round = 0; round < 20; round += 1) {
    // Somewhere in the work on the next batches.
    const told = await trials.writeAndKill(round * 3);
    const found = Number(await trials.run('counts-batches'));
    assert.ok(told > before && found >= told, `${before} before, ${told} told, ${found} found`);
    before = found;
  }
}));

test('what is on the disk holds no password, and the key to it cannot be taken out', { timeout }, async () => {
  const profile = await mkdtemp(join(tmpdir(), 'restante-profile-'));
  try {
    const context = await launchWithProfile(profile);
    try {
      const trials = await Trials.open(context, our.bridge.origin);
      await trials.run('keeps-secrets');
      const kept = await trials.page.evaluate(async () => {
        const done = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
        const database = await done(indexedDB.open('restante-secrets'));
        const values = database.transaction('values').objectStore('values');
        const [key, secret] = await Promise.all([done(values.get('key')), done(values.get('secret one'))]);
        const parameters = { name: 'AES-GCM', iv: secret.nonce, additionalData: new TextEncoder().encode('one') };
        const clear = await crypto.subtle.decrypt(parameters, key, secret.sealed);
        const refusal = async (format) => crypto.subtle.exportKey(format, key).then(() => 'given out', (error) => error.name);
        return {
          extractable: key.extractable,
          refusals: [await refusal('raw'), await refusal('jwk')],
          sealed: String.fromCharCode(...secret.sealed),
          clear: new TextDecoder().decode(clear),
        };
      });
      assert.deepEqual(kept.refusals, ['InvalidAccessError', 'InvalidAccessError']);
      assert.equal(kept.extractable, false);
      assert.ok(kept.clear.includes(PASSWORD), 'it is what the key opens');
      assert.ok(!kept.sealed.includes(PASSWORD));
    } finally {
      await context.close();
    }
    const files = (await readdir(profile, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const bytes = await Promise.all(files.map((file) => readFile(join(file.parentPath ?? file.path, file.name))));
    const all = Buffer.concat(bytes);
    assert.ok(all.includes('restante-secrets') || all.includes(Buffer.from('restante-secrets', 'utf16le').swap16()), 'the database is on the disk');
    for (const encoding of ['utf8', 'utf16le']) {
      assert.ok(!all.includes(Buffer.from(PASSWORD, encoding)), `the password is on the disk, in ${encoding}`);
    }
    assert.ok(!all.includes(Buffer.from(PASSWORD, 'utf16le').swap16()));
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
});
