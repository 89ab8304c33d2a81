import { text } from './language.js';
import { copying, h, id, quoted, table } from './dom.js';
import { list } from './list.js';
import { money, number, when } from './format.js';
import { badge } from './state.js';

const words = text.loan;

export const stateBadge = (state) => badge(state ?? 'unknown', state === null ? words.unknownState : words.state[state] ?? quoted(state));

export function loans(main, context) {
  return list(main, context, {
    place: 'loans', title: words.listTitle, choices: words.state, param: 'state', other: { name: 'unknown_state', value: 'true', label: words.unknownState }, path: 'loans', empty: words.empty, fields: [],
    above: h('div', { class: 'bar' },
      h('a', { class: 'button primary', href: '#/loan-new', id: 'open-loan' }, words.openNew),
      h('a', { href: '#/openings', id: 'openings' }, words.openingsLink),
      h('form', {
        class: 'jump',
        onsubmit: (event) => {
          event.preventDefault();
          location.hash = `#/loans/${encodeURIComponent(event.target.elements.uuid.value.trim())}`;
        },
      }, h('label', { for: 'uuid' }, words.find), h('input', { id: 'uuid', type: 'search', dir: 'ltr', required: true, spellcheck: 'false', autocomplete: 'off' }), h('button', null, words.go))),
    draw: (items) => table({
      caption: words.listTitle, className: 'cards',
      columns: [{ title: words.uuid, className: 'code' }, { title: words.stateTitle }, { title: words.amount, className: 'number' }, { title: words.due, className: 'number' }, { title: words.updated, className: 'end' }],
      rows: items.map((one) => [
        h('span', { class: 'with-copy' }, h('a', { href: `#/loans/${encodeURIComponent(one.uuid)}`, title: one.uuid }, id(one.uuid)), copying(one.uuid, undefined, { inList: true })),
        stateBadge(one.state), one.amount === null ? '–' : money(one.amount), one.loan_due === null ? '–' : words.months(number(one.loan_due)), when(one.updated_at)]),
    }),
  });
}
