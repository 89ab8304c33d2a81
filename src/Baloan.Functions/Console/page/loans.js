import { text } from './language.js';
import { facts, h, id, redraw, show } from './dom.js';
import { get } from './api.js';
import { number, toman, when } from './format.js';
import { attempt, badge, list } from './settlements.js';

const words = text.loan;
const stateBadge = (state) => badge(state ?? 'unknown', state === null ? words.unknownState : words.state[state] ?? h('bdi', null, state));

export function loans(main, context) {
  return list(main, context, {
    place: 'loans', title: words.listTitle, choices: words.state, param: 'state', find: words.find, path: 'loans', empty: words.empty,
    columns: [{ title: words.uuid }, { title: words.stateTitle }, { title: words.amount, className: 'number' }, { title: words.due, className: 'number' }, { title: words.updated, className: 'end' }],
    rowOf: (one) => [
      h('a', { href: `#/loans/${encodeURIComponent(one.uuid)}` }, id(one.uuid)), stateBadge(one.state), one.amount === null ? '–' : toman(one.amount),
      one.loan_due === null ? '–' : words.months(number(one.loan_due)), when(one.updated_at)],
  });
}

export async function loan(main, { argument: uuid, signal }) {
  const content = h('div', { 'aria-busy': 'true' }, h('p', { class: 'muted' }, text.loading));
  show(main, h('span', null, words.one, ' ', id(uuid)), h('p', { class: 'back' }, h('a', { href: '#/loans' }, words.back)), content);
  await attempt(content, signal, async () => {
    const { answer } = await get(`loans/${encodeURIComponent(uuid)}`, signal);
    content.setAttribute('aria-busy', 'false');
    redraw(content, ...details(answer, () => loan(main, { argument: uuid, signal })));
  });
}

function details(one, reload) {
  const plan = Object.entries(one.plan_detail ?? {});
  return [
    h('div', { class: `card outcome is-${one.state ?? 'unknown'}` },
      h('p', { class: 'headline' }, stateBadge(one.state), one.amount !== null && h('b', null, toman(one.amount))),
      h('p', null, words.meaning[one.state] ?? words.meaning.unknown),
      one.reason && h('p', { class: 'error' }, h('b', null, words.reason), ' ', h('bdi', { class: 'words' }, one.reason)),
      h('button', { type: 'button', id: 'again', onclick: reload }, text.refresh)),
    h('div', { class: 'columns' },
      h('section', { class: 'card' }, h('h2', null, words.facts), facts([
        [words.uuid, id(one.uuid)],
        one.amount === null && [words.opened, words.openedElsewhere],
        one.amount !== null && [words.amount, toman(one.amount)],
        one.loan_due !== null && [words.due, words.months(number(one.loan_due))],
        one.store !== null && [words.store, number(one.store)],
        ...plan.map(([name, value]) => [words.plan[name] ?? id(name), typeof value === 'number' ? toman(value) : h('bdi', { class: 'words' }, typeof value === 'string' ? value : JSON.stringify(value))]),
        one.opened_at && [words.opened, when(one.opened_at)],
        [words.updated, when(one.updated_at)],
      ])),
      h('section', { class: 'card' }, h('h2', null, words.timeline), timeline(one))),
  ];
}

function timeline(one) {
  const history = one.history ?? [];
  return h('ol', { class: 'timeline' },
    one.opened_at && h('li', { class: 'is-created' }, h('p', null, h('b', null, words.openedHere), ' ', h('span', { class: 'muted' }, when(one.opened_at)))),
    history.map((entry) => h('li', { class: entry.note ? `is-${entry.note}` : `is-${entry.state}` },
      h('p', null, stateBadge(entry.state), entry.note && [' ', badge(entry.note, words.notes[entry.note] ?? entry.note)], ' ', h('span', { class: 'muted' }, when(entry.received_at))),
      entry.reason && h('p', null, h('bdi', { class: 'words' }, entry.reason)),
      entry.note && h('p', { class: 'muted' }, words.noteMeaning[entry.note]))),
    !one.opened_at && history.length === 0 && h('li', null, words.noHistory));
}
