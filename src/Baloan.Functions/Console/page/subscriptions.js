import { text } from './language.js';
import { coming, h, id, redraw, show, table } from './dom.js';
import { get, post } from './api.js';
import { busy } from './fields.js';
import { localDigits, number, when } from './format.js';
import { attempt, badge } from './state.js';

const words = text.subscriptions;

export async function subscriptions(main, { signal }) {
  const content = h('div', null, coming(4));
  const said = h('p', { class: 'result good', role: 'status' });
  const trouble = h('p', { class: 'field-error', role: 'alert' });
  show(main, words.title, h('p', { class: 'muted' }, words.intro), said, trouble, content);
  const load = () => attempt(content, signal, async () => {
    const { answer: { items } } = await get('subscriptions', signal);
    redraw(content, items.length === 0 ? h('p', { class: 'empty' }, words.empty) : table({
      caption: words.title, className: 'cards',
      columns: [{ title: words.host }, { title: words.state }, { title: words.events, className: 'wide' }, { title: words.last, className: 'wide' }, { title: words.waiting, className: 'number' }, { title: words.failed, className: 'number' }, { title: words.action, className: 'end wide' }],
      rows: items.map((one) => [
        [id(one.host), h('div', { class: 'muted' }, words.since, ' ', when(one.created_at))],
        stateOf(one),
        [one.events.map((event) => words.event[event] ?? event).join(text.comma), one.states?.length > 0 && h('div', { class: 'muted' }, one.states.map((state) => text.loan.state[state] ?? state).join(text.comma)),
          h('div', { class: 'muted' }, one.signed ? words.signed : words.unsigned)],
        one.last_delivery ? [when(one.last_delivery.at), h('div', { class: isGood(one.last_delivery.status) ? 'muted' : 'urgent' }, one.last_delivery.status === null ? words.noAnswer : words.answered(localDigits(String(one.last_delivery.status))))] : words.never,
        number(one.waiting), h('span', { class: one.failed ? 'urgent' : null }, number(one.failed)),
        one.failed > 0 ? again(one) : '–']),
    }));
  });
  await load();

  function again(one) {
    const button = h('button', {
      type: 'button', id: `redeliver-${one.id}`,
      onclick: () => busy(button, async () => {
        trouble.textContent = '';
        try {
          await post(`subscriptions/${encodeURIComponent(one.id)}/redeliver`);
          said.textContent = words.sentAgain(number(one.failed));
          await load();
        } catch (failure) {
          trouble.textContent = failure.message;
        }
      }),
    }, words.redeliver);
    return button;
  }
}

const isGood = (status) => status >= 200 && status < 300;

const stateOf = (one) => one.allowed === false ? badge('needs_review', words.notAllowed)
  : one.failed > 0 ? badge('needs_review', words.gaveUp)
    : one.last_delivery && !isGood(one.last_delivery.status) ? badge('failed', words.failing)
      : badge('settled', words.fine);
