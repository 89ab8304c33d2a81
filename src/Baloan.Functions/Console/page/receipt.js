import { config } from './config.js';
import { isPersian, text } from './language.js';
import { coming, facts, h, id, redraw, show } from './dom.js';
import { get } from './api.js';
import { money, when } from './format.js';
import { inWords } from './in-words.js';
import { attempt, customer, ended, knownBy } from './state.js';

const words = text.receipt;
const keptPaper = 'baloan-console-paper';

// A view to print, on A4 or on a roll of 80 mm; what is around it is left out in print.
export async function receipt(main, { argument: code, signal }) {
  const content = h('div', null, coming(4));
  show(main, words.title, content);
  main.className = 'receipt-page';
  await attempt(content, signal, async () => {
    const { answer: one } = await get(`merchant/settlements/${encodeURIComponent(code)}`, signal);
    // What is not known is not denied either.
    const heading = one.status === 'settled' ? words.heading : ['rejected', 'failed'].includes(one.status) ? words.notSettled : words.notKnown;
    const paper = h('article', { class: 'receipt' },
      config.shop && h('p', { class: 'shop' }, h('bdi', null, config.shop)),
      h('h2', null, heading),
      h('p', { class: 'amount' }, money(one.total)),
      h('p', { class: 'in-words' }, words.inWords(inWords(one.total, isPersian))),
      facts([
        [text.settlement.statusTitle, [text.settlement.status[one.status], knownBy(one) && ` (${knownBy(one)})`]],
        [text.settlement.code, id(one.code)],
        [text.settlement.customer, customer(one)],
        [words.time, when(one.ended_at ?? one.updated_at)],
      ]),
      !ended(one.status) && h('p', { class: 'warning' }, words.notOver));
    const choose = (kind) => {
      localStorage.setItem(keptPaper, kind);
      paper.classList.toggle('roll', kind === 'roll');
    };
    const kept = localStorage.getItem(keptPaper) === 'roll' ? 'roll' : 'a4';
    choose(kept);
    redraw(content,
      h('div', { class: 'bar no-print' },
        h('fieldset', { class: 'paper' }, h('legend', null, words.paper), ['a4', 'roll'].map((kind) =>
          h('label', { class: 'option' }, h('input', { type: 'radio', name: 'paper', value: kind, checked: kind === kept, onchange: () => choose(kind) }), ' ', words.papers[kind]))),
        h('button', { type: 'button', class: 'primary', id: 'print', onclick: () => print() }, words.print),
        h('a', { class: 'button', href: '#/counter' }, text.counter.next),
        h('a', { href: `#/settlements/${encodeURIComponent(one.code)}` }, words.details)),
      paper);
    document.title = `${heading} ${one.code}`;
  });
}
