import { text } from './language.js';
import { announce, coming, facts, h, redraw, show } from './dom.js';
import { get, post } from './api.js';
import { allHold, busy, field, guard, refusal, saved } from './fields.js';
import { asciiDigits, money, number, onlyDigits, toman, wholeNumber } from './format.js';
import { attempt } from './state.js';

const words = text.loanNew;
const million = 1_000_000;

// Opens a loan file: what may be chosen is what Baloan's policies offer.
export async function loanNew(main, { signal }) {
  const content = h('div', null, coming(5));
  show(main, words.title, h('p', { class: 'back' }, h('a', { href: '#/loans' }, text.loan.back)), content);
  await attempt(content, signal, async () => {
    const { answer: policies } = await get('loan-policies', signal);
    redraw(content, policies.length ? form(policies, signal) : h('p', { class: 'empty' }, words.noPolicies));
  });
}

function form(policies, signal) {
  // The same key for the same loan: sent again after a lost answer, it is opened once.
  let request = { body: '', key: '' };
  const stores = new Map(policies.flatMap((policy) => policy.stores ?? []).map((store) => [String(store.id), store.title_fa ?? String(store.id)]));
  const select = (name, label) => {
    const one = field(name, label, {}, { tag: 'select', check: (value) => (value ? '' : words.chooseFault) });
    one.input.addEventListener('change', () => one.holds());
    return one;
  };
  const fill = ({ input }, options) => {
    const before = input.value;
    input.replaceChildren(h('option', { value: '' }, words.choose), ...options.map(([value, name]) => h('option', { value, selected: value === before }, name)));
  };
  const store = select('store', text.loan.store);
  const due = select('loan_due', text.loan.due);
  const amount = field('amount', words.amount, { inputmode: 'numeric', maxlength: '24', dir: 'ltr', class: 'figure' }, { hint: words.amountHint, check: (value) => (wholeNumber(value) ? '' : text.counter.totalFault) });
  const customer = field('customer', text.counter.customer, { inputmode: 'numeric', maxlength: '20', dir: 'ltr' }, { hint: text.counter.customerHint, check: (value) => (/^\d{10,11}$/.test(onlyDigits(value)) ? '' : text.counter.customerFault) });
  const phone = field('phone', words.phone, { inputmode: 'tel', maxlength: '20', dir: 'ltr' }, { check: (value) => (/^(\+98|0098|0)?9\d{9}$/.test(onlyDigits(value).replace(/-/g, '')) ? '' : words.phoneFault) });
  const birth = field('birth', words.birth, { inputmode: 'numeric', maxlength: '12', dir: 'ltr', placeholder: '1991-03-17' }, { hint: words.birthHint, check: (value) => (/^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/.test(onlyDigits(value)) ? '' : words.birthFault) });
  const fields = [customer, phone, birth, store, amount, due];
  const failed = h('div', { role: 'alert' });
  const panel = h('aside', { class: 'sale', role: 'status', 'aria-label': words.summary });
  const open = h('button', { class: 'primary large', id: 'open' }, words.open);

  const fitting = () => policies.filter((policy) => (policy.stores ?? []).some((one) => String(one.id) === store.input.value));
  const offer = () => {
    const some = fitting();
    fill(due, [...new Set(some.flatMap((policy) => policy.possible_loan_dues ?? []))].sort((a, b) => a - b).map((months) => [String(months), text.loan.months(number(months))]));
    summarize();
  };
  // The sum and what the store offers, beside the form. What it costs is Baloan's to say, once the file is open.
  const summarize = () => {
    const wanted = wholeNumber(amount.input.value);
    const ranges = fitting().map((policy) => h('div', null, words.range(
      policy.amount?.lower ? toman(policy.amount.lower * million) : '–', policy.amount?.upper ? toman(policy.amount.upper * million) : '–')));
    panel.replaceChildren(
      h('p', { class: 'label' }, text.loan.amount), h('p', { class: 'amount' }, wanted ? money(wanted) : '–'),
      facts([
        [text.loan.due, due.input.value ? text.loan.months(number(Number(due.input.value))) : '–'],
        [text.loan.store, stores.get(store.input.value) ?? '–'],
        ranges.length > 0 && [words.offered, ranges]]),
      h('p', { class: 'muted' }, words.planNote));
  };
  fill(store, [...stores]);
  store.input.addEventListener('change', offer);
  due.input.addEventListener('change', summarize);
  amount.input.addEventListener('input', summarize);
  offer();

  async function send() {
    failed.replaceChildren();
    if (!allHold(fields)) {
      return;
    }
    const one = {
      phone_number: onlyDigits(phone.input.value), national_identifier: onlyDigits(customer.input.value), birth_date: asciiDigits(birth.input.value).trim().replaceAll('/', '-'),
      amount: wholeNumber(amount.input.value), loan_due: Number(due.input.value), store: Number(store.input.value),
    };
    const body = JSON.stringify(one);
    if (request.body !== body) {
      request = { body, key: crypto.randomUUID() };
    }
    announce(text.counter.sending);
    try {
      const { answer } = await post('loans', one, { 'Idempotency-Key': request.key });
      saved();
      location.hash = `#/loans/${encodeURIComponent(answer.uuid)}`;
    } catch (failure) {
      const isUnknown = failure.code === 'outcome_unknown';
      failed.replaceChildren(refusal(failure, { phone_number: phone, national_identifier: customer, birth_date: birth, amount, loan_due: due, store },
        // Of the app's own answers each has a code; an empty 5xx comes from what stands in front of it.
        failure.code === undefined && !(failure.status < 500) && h('p', null, h('b', null, words.sendAgain)),
        isUnknown && h('p', null, h('a', { href: '#/openings' }, text.loan.openingsLink))));
    }
  }

  guard(signal, () => fields.some((one) => one.input.value !== ''));
  return h('form', {
    class: 'with-aside', novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      busy(open, send);
    },
  }, h('section', { class: 'panel' }, customer.element, phone.element, birth.element, store.element, amount.element, due.element, failed, open), panel);
}
