import { text } from './language.js';
import { copying, h, id, save, table } from './dom.js';
import { file, get } from './api.js';
import { busy } from './fields.js';
import { list } from './list.js';
import { isLeftOut } from './session.js';
import { money, number, onDayAtHour, atHour, when, writtenDay } from './format.js';
import { customer, knownBy, statusBadge } from './state.js';

const words = text.settlement;
const day = 86_400_000;
const mostPages = 50;
const mostSorted = 1000;

export function settlements(main, context) {
  const { query } = context;
  const oldestFirst = query.get('sort') === 'oldest';
  const today = writtenDay(new Date());
  return list(main, context, {
    place: 'settlements', title: words.listTitle, choices: words.status, param: 'status', path: 'merchant/settlements', empty: words.empty,
    fields: [
      { name: 'code', label: words.codeBegins, attributes: { type: 'search', dir: 'auto' } },
      { name: 'customer', isPersonal: true, label: words.customer, attributes: { inputmode: 'numeric', dir: 'ltr', maxlength: '20' } },
      { name: 'from', label: words.fromDay, attributes: { placeholder: today, dir: 'ltr', inputmode: 'numeric', class: 'day' } },
      { name: 'to', label: words.toDay, attributes: { placeholder: today, dir: 'ltr', inputmode: 'numeric', class: 'day' } },
    ],
    read: query.get('hour') ? (wanted, signal) => readHour(query, wanted, signal, oldestFirst) : oldestFirst ? readOldest : undefined,
    extra: (link) => [
      h('a', { href: link({ from: today, to: today, hour: '', hours: '' }) }, words.today),
      h('a', { href: link({ from: writtenDay(new Date(Date.now() - day)), to: writtenDay(new Date(Date.now() - day)), hour: '', hours: '' }) }, words.yesterday),
      !isLeftOut('export') && exporting(query.get('from') || today, query.get('to') || today),
      query.get('hour') && h('p', { class: 'muted' }, words.hourOnly(onDayAtHour(new Date(query.get('hour'))), atHour(endOf(query))))],
    draw: (items, link) => table({
      caption: words.listTitle, className: 'cards',
      columns: [
        { title: words.code, className: 'code' }, { title: words.statusTitle }, { title: words.total, className: 'number' }, { title: words.customer, className: 'number' },
        { title: words.attempts, className: 'number few' },
        { title: h('a', { href: link({ sort: oldestFirst ? '' : 'oldest' }), title: words.sortNote }, words.receivedAt, oldestFirst ? ' ↑' : ' ↓'), name: words.receivedAt, className: 'end', sorted: oldestFirst ? 'ascending' : 'descending' }],
      rows: items.map((one) => [
        h('span', { class: 'with-copy' }, h('a', { href: `#/settlements/${encodeURIComponent(one.code)}`, title: one.code }, id(one.code)), copying(one.code, undefined, { inList: true })),
        [statusBadge(one.status), one.known_by && one.known_by !== 'baloan' && knownBy(one) && h('span', { class: 'known-by muted' }, knownBy(one))],
        copying(one.total, money(one.total), { inList: true }), customer(one), number(one.attempts), when(one.created_at)]),
      foot: [words.sumOf(number(items.length)), sumsByStatus(items), money(sumOf(items)), '', '', ''],
    }),
  });
}

const sumOf = (items) => items.reduce((sum, one) => sum + one.total, 0);

// A sum over several outcomes is no sum of money that was moved: each has its own.
function sumsByStatus(items) {
  const sums = Map.groupBy(items, (one) => one.status);
  return sums.size < 2 ? '' : h('span', { class: 'muted' }, [...sums].map(([status, some]) =>
    h('div', null, words.status[status] ?? status, ' (', number(some.length), '): ', money(sumOf(some)))));
}

const endOf = (query) => new Date(new Date(query.get('hour')).getTime() + (Number(query.get('hours')) || 1) * 3_600_000);

// The API lists days: of the bar's day, what was accepted within the bar. Newest first, so that it ends where the bar begins.
async function readHour(query, wanted, signal, oldestFirst) {
  const from = new Date(query.get('hour'));
  const to = endOf(query);
  const items = [];
  wanted.set('top', '100');
  for (let page = 0; page < mostPages; page++) {
    const { answer } = await get(`merchant/settlements?${wanted}`, signal);
    items.push(...answer.items.filter((one) => new Date(one.created_at) >= from && new Date(one.created_at) < to));
    if (!answer.continuation || new Date(answer.items.at(-1)?.created_at) < from) {
      break;
    }
    wanted.set('continuation', answer.continuation);
  }
  return { items: oldestFirst ? items.toReversed() : items, continuation: null };
}

// The API lists the newest first. The oldest come first where all that fits is little enough to be read; else one page is turned, and says so.
async function readOldest(wanted, signal) {
  const all = new URLSearchParams(wanted);
  all.delete('continuation');
  all.set('top', '100');
  const items = [];
  do {
    const { answer } = await get(`merchant/settlements?${all}`, signal);
    items.push(...answer.items);
    answer.continuation ? all.set('continuation', answer.continuation) : all.delete('continuation');
  } while (all.has('continuation') && items.length < mostSorted);
  if (all.has('continuation')) {
    const { answer } = await get(`merchant/settlements?${wanted}`, signal);
    return { ...answer, items: answer.items.toReversed(), note: words.onlyPageSorted(number(mostSorted)) };
  }
  // Its own pages, by how many went before.
  const [at, top] = [Number(wanted.get('continuation')) || 0, Number(wanted.get('top'))];
  return { items: items.toReversed().slice(at, at + top), continuation: at + top < items.length ? String(at + top) : null };
}

function exporting(from, to) {
  const trouble = h('span', { class: 'field-error', role: 'alert' });
  const button = h('button', {
    type: 'button', id: 'export',
    onclick: () => busy(button, async () => {
      trouble.textContent = '';
      try {
        save(await file(`merchant/settlements.csv?${new URLSearchParams({ from, to, sums: true })}`, 'text/csv'), `settlements ${from} ${to}.csv`.replaceAll('/', '-'));
      } catch (failure) {
        trouble.textContent = failure.message;
      }
    }),
  }, words.export);
  return [button, h('span', { class: 'muted' }, words.exportNote(from, to)), trouble];
}
