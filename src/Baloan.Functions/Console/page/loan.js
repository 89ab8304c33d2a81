import { text } from './language.js';
import { announce, ask, comingDetail, copying, facts, h, id, quoted, redraw, section, show } from './dom.js';
import { get, post } from './api.js';
import { allHold, busy, field, guard, refusal } from './fields.js';
import { money, number, onlyDigits, when } from './format.js';
import { badge, watch } from './state.js';
import { stateBadge } from './loans.js';

const words = text.loan;
const everySeconds = 10;

export async function loan(main, { argument: uuid, signal }) {
  const content = h('div', null, comingDetail());
  const path = `loans/${encodeURIComponent(uuid)}`;
  // Kept while the rest is drawn anew: somebody may be typing an OTP in it.
  let actions;
  let more = null;
  show(main, h('span', null, words.one, ' ', id(uuid)), h('p', { class: 'back' }, h('a', { href: '#/loans' }, words.back)), content);
  await watch(content, path, signal, {
    seconds: everySeconds, isOver: () => false, told: (one) => `${words.stateTitle}: ${words.state[one.state] ?? words.unknownState}`,
    draw: (one) => {
      actions ??= doing(path, signal);
      actions.show(one);
      redraw(content, details(one, actions.element, more, async () => { more = await restOf(path, one, more, signal); redrawMore(one); }));
    },
  });

  function redrawMore(one) {
    redraw(content, details(one, actions.element, more, async () => { more = await restOf(path, one, more, signal); redrawMore(one); }));
  }
}

// More of a long history, page after page.
async function restOf(path, one, more, signal) {
  const { answer } = await get(`${path}?continuation=${encodeURIComponent(more?.continuation ?? one.history_continuation)}`, signal);
  return { entries: [...more?.entries ?? [], ...answer.history ?? []], continuation: answer.history_continuation };
}

function details(one, actions, more, showMore) {
  const plan = Object.entries(one.plan_detail ?? {});
  const continuation = more ? more.continuation : one.history_continuation;
  return h('div', { class: 'with-aside' },
    h('div', null,
      h('div', { class: `verdict is-${one.state ?? 'unknown'}` },
        h('p', { class: 'headline' }, stateBadge(one.state)),
        h('p', null, words.meaning[one.state] ?? words.meaning.unknown),
        one.reason && h('p', { class: 'error' }, h('b', null, words.reason), ' ', quoted(one.reason))),
      actions,
      section(words.timeline, timeline(one, more?.entries ?? []), continuation && h('button', { type: 'button', id: 'more-history', onclick: showMore }, words.moreHistory))),
    h('aside', { class: 'sale', 'aria-label': words.facts },
      h('p', { class: 'label' }, words.amount),
      h('p', { class: 'amount' }, one.amount === null ? '–' : money(one.amount)),
      facts([
        [words.uuid, copying(one.uuid, id(one.uuid))],
        one.amount === null && [words.opened, words.openedElsewhere],
        one.loan_due !== null && [words.due, words.months(number(one.loan_due))],
        one.store !== null && [words.store, number(one.store)],
        ...plan.map(([name, value]) => [words.plan[name] ?? id(name), typeof value === 'number' ? money(value) : quoted(typeof value === 'string' ? value : JSON.stringify(value))]),
        one.opened_at && [words.opened, when(one.opened_at)],
        [words.updated, when(one.updated_at)],
      ])));
}

function timeline(one, more) {
  const history = [...one.history ?? [], ...more];
  return h('ol', { class: 'timeline' },
    one.opened_at && h('li', { class: 'is-created' }, h('p', null, h('b', null, words.openedHere), ' ', h('span', { class: 'muted' }, when(one.opened_at)))),
    history.map((entry) => h('li', { class: entry.note ? `is-${entry.note}` : `is-${entry.state}` },
      h('p', null, stateBadge(entry.state), entry.note && [' ', badge(entry.note, words.notes[entry.note] ?? entry.note)], ' ', h('span', { class: 'muted' }, when(entry.received_at))),
      entry.reason && h('p', null, quoted(entry.reason)),
      entry.note && h('p', { class: 'muted' }, words.noteMeaning[entry.note]))),
    !one.opened_at && history.length === 0 && h('li', null, words.noHistory));
}

// The contract, its OTP, the signature and the cancelling, each where the loan's state allows it.
function doing(path, signal) {
  const said = h('div', { role: 'status' });
  const trouble = h('div', { role: 'alert' });
  const otp = field('contract-otp', text.counter.otp, { inputmode: 'numeric', maxlength: '12', autocomplete: 'one-time-code', dir: 'ltr' }, { check: (value) => (/^\d{4,10}$/.test(onlyDigits(value)) ? '' : text.counter.otpFault) });
  const doingIt = (button, work) => busy(button, async () => {
    trouble.replaceChildren();
    said.replaceChildren();
    try {
      const told = await work();
      said.replaceChildren(h('p', { class: 'result good' }, told));
      announce(typeof told === 'string' ? told : told.textContent);
    } catch (failure) {
      trouble.replaceChildren(refusal(failure, { otp }));
    }
  });
  const button = (name, label, work, kind = '') => {
    const one = h('button', { type: 'button', id: name, class: kind, onclick: () => doingIt(one, work) }, label);
    return one;
  };

  const contract = button('contract', words.contract, async () => {
    const { answer } = await get(`${path}/contract`);
    const link = answer.contract_pdf_file?.file;
    return h('span', null, answer.is_agreed_by_user ? words.signedAlready : words.notSigned, ' ',
      // A link that Baloan gave: opened on its own, without a way back to this page.
      /^https?:\/\//.test(link ?? '') && h('a', { href: link, target: '_blank', rel: 'noopener noreferrer', id: 'contract-file' }, words.contractFile));
  });
  const sendOtp = button('contract-send-otp', text.counter.sendOtp, async () => {
    await post(`${path}/contract/otp`);
    return text.counter.otpSent;
  });
  const sign = button('sign', words.sign, async () => {
    if (!allHold([otp])) {
      return '';
    }
    await post(`${path}/contract/signature`, { otp: onlyDigits(otp.input.value) });
    otp.input.value = '';
    return words.signed;
  }, 'primary');
  const cancel = button('cancel-loan', words.cancel, async () => {
    if (!(await ask({ title: words.cancelTitle, content: h('p', null, words.cancelNote), go: words.cancel, danger: true, stay: words.keep }))) {
      return '';
    }
    await post(`${path}/cancel`);
    return words.canceled;
  }, 'cautious');

  guard(signal, () => otp.input.isConnected && otp.input.value !== '');
  const signing = h('div', null, h('div', { class: 'actions' }, contract, sendOtp), otp.element, sign);
  const element = h('section', { class: 'panel' }, h('h2', null, words.contractTitle), signing, said, trouble, h('div', { class: 'actions' }, cancel));
  return {
    element,
    show: ({ state }) => {
      signing.hidden = state !== 'cheque_verified';
      cancel.parentElement.hidden = state === 'loan_paid' || state === 'canceled';
      element.hidden = signing.hidden && cancel.parentElement.hidden && !said.hasChildNodes();
      element.firstChild.textContent = signing.hidden ? words.actions : words.contractTitle;
    },
  };
}
