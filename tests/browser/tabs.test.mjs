// A mailbox that is kept, in several tabs: one does the work, the others follow, and one of them takes over. There is no
// app in these tabs: the engine is asked in its own words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suite } from './lib/suite.mjs';
import { Tab } from './lib/trials.mjs';

const timeout = 240_000;
const our = suite();
const INBOX = { List: { within: { Role: 'Inbox' }, search: '', filter: 'All', order: 'Newest' } };

async function withTabs(use) {
  const context = await our.browser.newContext();
  try {
    await use((options) => Tab.open(context, our.bridge.origin, options));
  } finally {
    await context.close();
  }
}

/** Keeps the sample mailbox in this tab, all of it. */
async function keepSample(tab) {
  const { user, password, messages } = our.world.mailbox('sample');
  const trusted = our.world.fingerprint.replaceAll(':', '').match(/../g).map((pair) => Number.parseInt(pair, 16));
  const account = await tab.keep({
    Account: {
      host: '127.0.0.1', port: our.world.pops_port, security: 'tls', tls_end: 'browser', user, credential: { Password: password }, trusted,
      cleartext_agreed: false, token: null, bridge: null,
    },
  });
  const id = await tab.told(account, 'Keep.Account');
  await everything(tab, await tab.keep('Overview'), messages);
  return { id, messages };
}

/** Waits until all messages are kept. */
async function everything(tab, overview, messages) {
  await tab.page.waitForFunction(([to, messages]) => {
    const told = replies.findLast((reply) => reply.to === to)?.update.Keep?.Overview;
    const account = told?.accounts[0];
    if (account?.activity.Failed) throw new Error(JSON.stringify(account.activity));
    return account?.folders.find((folder) => folder.role === 'Inbox').messages === messages && account.activity === 'Idle';
  }, [overview, messages]);
}

test('a second tab follows, and takes over with what it showed when the first one dies', { timeout }, () => withTabs(async (open) => {
  const first = await open();
  const { messages } = await keepSample(first);
  const second = await open();
  const overview = await second.keep('Overview');
  assert.equal((await second.told(overview, 'Keep.Overview')).follows, true);
  const list = await second.keep(INBOX);
  assert.deepEqual(await second.told(list, 'Opened.messages'), messages);
  await second.ask({ Show: { first: 0, count: 10 } });
  const [row] = await second.told(list, 'Rows');
  const read = await second.ask({ Read: row.message });
  assert.equal((await second.told(read, 'Message')).subject, row.subject);

  const since = await second.heard();
  await first.kill();
  await second.page.waitForFunction(([to, since]) => replies.slice(since)
    .some((reply) => reply.to === to && reply.update.Keep?.Overview.follows === false), [overview, since]);
  assert.deepEqual(await second.told(list, 'Opened.messages', { since }), messages);
  assert.deepEqual((await second.told(list, 'Rows', { since }))[0].message, row.message);
  const again = await second.ask({ Read: row.message });
  assert.equal((await second.told(again, 'Message')).subject, row.subject);
}));

test('what one tab changes is told to the others, and no tab that is gone is waited for', { timeout }, () => withTabs(async (open) => {
  const first = await open();
  await keepSample(first);
  const [second, third] = [await open(), await open()];
  const lists = [];
  for (const tab of [first, second, third]) {
    const list = await tab.keep(INBOX);
    await tab.ask({ Show: { first: 0, count: 10 } });
    const [row] = await tab.told(list, 'Rows');
    assert.equal(row.marks.starred, false);
    lists.push({ tab, list, row });
  }
  await third.page.close();
  const since = [await first.heard(), await second.heard()];
  const change = await second.keep({ Change: { Star: [[lists[0].row.message.number], true] } });
  assert.deepEqual(await second.told(change, 'Keep.Done'), 'Changed');
  for (const [at, { tab, list, row }] of lists.slice(0, 2).entries()) {
    await tab.page.waitForFunction(([to, since, number]) => replies.slice(since).some((reply) => reply.to === to
      && reply.update.Rows?.some((row) => row.message.number === number && row.marks.starred)), [list, since[at], row.message.number]);
  }
}));

test('the work goes from tab to tab, and each asks its successor what was not answered', { timeout }, () => withTabs(async (open) => {
  const tabs = [await open(), await open(), await open(), await open()];
  const { messages } = await keepSample(tabs[0]);
  const followers = [];
  for (const tab of tabs.slice(1)) followers.push({ tab, overview: await tab.keep('Overview') });
  for (const { tab, overview } of followers) assert.equal((await tab.told(overview, 'Keep.Overview')).follows, true);
  let leading = tabs[0];
  while (followers.length) {
    const since = await Promise.all(followers.map(({ tab }) => tab.heard()));
    await leading.kill();
    // Asked while nobody leads.
    const lists = await Promise.all(followers.map(({ tab }) => tab.keep(INBOX)));
    for (const [at, { tab }] of followers.entries()) assert.equal(await tab.told(lists[at], 'Opened.messages'), messages);
    const told = await Promise.all(followers.map(({ tab, overview }, at) => tab.told(overview, 'Keep.Overview', { since: since[at] })));
    assert.equal(told.filter(({ follows }) => !follows).length, 1);
    const [next] = followers.splice(told.findIndex(({ follows }) => !follows), 1);
    leading = next.tab;
  }
}));

test('a tab with another version of the page is told so, and goes on when the work comes to it', { timeout }, () => withTabs(async (open) => {
  const first = await open();
  const { messages } = await keepSample(first);
  const other = await open({ version: 'other' });
  const overview = await other.keep('Overview');
  assert.equal((await other.told(overview, 'Refused')).kind, 'OtherVersion');
  const list = await other.keep(INBOX);
  assert.equal((await other.told(list, 'Refused')).kind, 'OtherVersion');
  await first.kill();
  assert.equal(await other.told(list, 'Opened.messages'), messages);
  assert.equal((await other.told(overview, 'Keep.Overview')).follows, false);
}));
