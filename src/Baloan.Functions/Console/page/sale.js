import { config } from './config.js';
import { text } from './language.js';
import { ask, comingDetail, facts, h, id, redraw, section, show } from './dom.js';
import { withdraw } from './api.js';
import { money } from './format.js';
import { purchaseOf, resume } from './purchase.js';
import { customer, decision, ended, errorOf, problem, statusBadge, timeline, watchSettlement } from './state.js';

const words = text.counter;

// Watches a settlement that was handed in at the counter until it has ended, and says what the cashier does now.
export async function sale(main, { argument: code, signal }) {
  const content = h('div', null, comingDetail());
  show(main, words.following, content);
  const watching = () => watchSettlement(content, code, signal, (one) => redraw(content, draw(one, watching)));
  await watching();

  function draw(one, again) {
    const isOver = ended(one.status);
    const mayRepeat = one.status === 'rejected' || one.status === 'failed';
    return h('div', { class: 'with-aside' },
      h('div', null,
        h('div', { class: `verdict is-${one.status}` },
          statusBadge(one.status),
          h('p', { class: 'told' }, words.told[one.status]),
          one.error && one.error.code !== one.status && errorOf(one),
          one.resolution && decision(one.resolution),
          one.status === 'needs_review' && config.support && h('p', null, h('b', null, text.support), ' ', h('bdi', null, config.support)),
          mayRepeat && h('p', null, words.repeatNote),
          h('div', { class: 'actions' },
            mayRepeat && h('button', { type: 'button', class: 'primary', id: 'repeat', onclick: () => repeatSale(one) }, words.repeat),
            one.status === 'settled' && h('a', { class: 'button primary', href: `#/receipt/${encodeURIComponent(one.code)}`, id: 'receipt' }, text.receipt.link),
            one.status === 'queued' && h('button', { type: 'button', id: 'withdraw', onclick: () => withdrawing(one, content, again) }, words.withdraw),
            h('a', { class: `button${mayRepeat || one.status === 'settled' ? '' : ' primary'}`, href: '#/counter', id: 'next' }, words.next))),
        section(text.settlement.timeline, timeline(one))),
      h('aside', { class: 'sale', 'aria-label': words.summary },
        h('p', { class: 'label' }, words.sum),
        h('p', { class: 'amount' }, money(one.total)),
        facts([
          [text.settlement.customer, customer(one)],
          [text.settlement.code, h('a', { href: `#/settlements/${encodeURIComponent(one.code)}`, id: 'details' }, id(one.code))],
          isOver && one.user_credit !== null && [text.settlement.creditLeft, money(one.user_credit)],
        ])));
  }
}

// The same purchase again, under the same code, with a new OTP.
function repeatSale(one) {
  resume(purchaseOf(one.code) ?? { code: one.code, total: one.total });
  location.hash = '#/counter';
}

export async function withdrawing(one, content, again) {
  if (await ask({ title: words.withdrawTitle, content: h('p', null, words.withdrawNote), go: words.withdraw, danger: true })) {
    try {
      await withdraw(`merchant/settlements/${encodeURIComponent(one.code)}`);
    } catch (failure) {
      content.prepend(problem(failure));
    }
    await again();
  }
}
