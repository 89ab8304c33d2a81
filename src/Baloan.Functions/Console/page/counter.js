import { text } from './language.js';
import { announce, h, id, redraw, show } from './dom.js';
import { post } from './api.js';
import { asciiDigits, bytes, number, toman, wholeNumber, withoutMarks } from './format.js';
import { ended, errorOf, statusBadge, timeline, watch } from './settlements.js';

const words = text.counter;
const largestFile = 10 * 1024 * 1024;

export function counter(main, { argument: code, signal }) {
  return code ? follow(main, code, signal) : take(main);
}

// What the cashier does, from the customer's number to the settlement that is accepted.
function take(main) {
  const customer = field('customer', words.customer, { inputmode: 'numeric', required: true, maxlength: '20', dir: 'ltr' }, words.customerHint);
  const total = field('total', words.total, { inputmode: 'numeric', required: true, maxlength: '24', dir: 'ltr' });
  const code = field('code', words.code, { required: true, maxlength: '64', value: newCode(), spellcheck: 'false', dir: 'auto' }, words.codeHint);
  const otp = field('otp', words.otp, { inputmode: 'numeric', required: true, maxlength: '12', autocomplete: 'one-time-code', dir: 'ltr' });
  const file = field('file', words.invoice, { type: 'file', accept: 'application/pdf,.pdf', required: true, class: 'visually-hidden' }, words.invoiceHint);
  // The browser's own button speaks the browser's language.
  const chosen = h('bdi', null, words.noFile);
  const picker = h('div', { class: 'file' });
  file.input.replaceWith(picker);
  picker.append(file.input, h('label', { for: 'file', class: 'button' }, words.chooseFile), chosen);
  file.input.addEventListener('change', () => { chosen.textContent = file.input.files[0]?.name ?? words.noFile; });
  const credit = h('p', { class: 'result', role: 'status' });
  const sent = h('p', { class: 'result', role: 'status' });
  const failed = h('div', { role: 'alert' });
  const settle = h('button', { class: 'primary' }, words.settle);
  const sum = h('output', { class: 'result', for: 'total' });

  total.input.addEventListener('input', () => {
    const value = wholeNumber(total.input.value);
    sum.textContent = value === null ? '' : toman(value);
    settle.textContent = value ? words.settleTotal(toman(value)) : words.settle;
  });

  // Keeps a button from being pressed twice while its call is under way.
  const busy = async (button, work) => {
    if (button.disabled) {
      return;
    }
    button.disabled = true;
    try {
      await work();
    } finally {
      button.disabled = false;
    }
  };
  const wholeCustomer = () => {
    const typed = asciiDigits(customer.input.value).replace(/\s/g, '');
    customer.fault(/^\d{10,11}$/.test(typed) ? '' : words.customerFault);
    return customer.isFaulty() ? null : typed;
  };
  const ask = (path, into, said) => (event) => busy(event.currentTarget, async () => {
    const typed = wholeCustomer();
    if (typed === null) {
      customer.input.focus();
      return;
    }
    into.className = 'result';
    into.textContent = text.loading;
    try {
      into.textContent = said((await post(path, { national_identifier: typed })).answer);
      into.classList.add('good');
    } catch (failure) {
      into.textContent = failure.message;
      into.classList.add('field-error');
    }
  });

  const send = () => busy(settle, async () => {
    failed.replaceChildren();
    const typed = wholeCustomer();
    const amount = wholeNumber(total.input.value);
    total.fault(amount ? '' : words.totalFault);
    const purchase = withoutMarks(code.input.value).trim();
    code.fault(purchase ? '' : words.codeFault);
    otp.fault(/^\d{4,10}$/.test(asciiDigits(otp.input.value).replace(/\s/g, '')) ? '' : words.otpFault);
    const invoice = file.input.files[0];
    file.fault(!invoice ? words.invoiceFault : invoice.size > largestFile ? words.invoiceTooLarge(bytes(invoice.size)) : '');
    const faulty = [customer, total, code, otp, file].find((one) => one.isFaulty());
    if (faulty) {
      faulty.input.focus();
      return;
    }

    const form = new FormData();
    form.append('national_identifier', typed);
    form.append('otp', asciiDigits(otp.input.value).replace(/\s/g, ''));
    form.append('data', JSON.stringify({ code: purchase, bill: { total: amount } }));
    form.append('file', invoice);
    announce(words.sending);
    try {
      const { answer } = await post('merchant/settlements', form);
      location.hash = `#/counter/${encodeURIComponent(answer.code)}`;
    } catch (failure) {
      const faults = failure.errors ?? {};
      const places = { national_identifier: customer, otp, file, 'data.code': code, 'data.bill.total': total };
      const others = Object.entries(faults).filter(([name, faultTexts]) => {
        places[name]?.fault(faultTexts.join(' '));
        return !places[name];
      });
      failed.replaceChildren(h('div', { class: 'alert' },
        h('p', null, failure.message),
        others.length > 0 && h('ul', null, others.map(([name, faultTexts]) => h('li', null, id(name), ': ', faultTexts.join(' ')))),
        // The same code again does no harm, a new code may.
        failure.status === undefined && h('p', null, h('b', null, words.sendAgain))));
    }
  });

  const step = (count, title, ...content) => h('li', null, h('fieldset', { class: 'card' }, h('legend', null, `${number(count)}. ${title}`), ...content));
  show(main, words.title,
    h('p', { class: 'muted' }, words.intro),
    h('form', {
      class: 'counter', novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        send();
      },
    },
    h('ol', { class: 'steps' },
      step(1, words.step1, customer.element, h('div', { class: 'actions' }, h('button', { type: 'button', id: 'check', onclick: ask('merchant/credit-check', credit, (answer) => words.credit(toman(answer.user_credit))) }, words.check)), credit),
      step(2, words.step2, total.element, sum, code.element, file.element),
      step(3, words.step3, h('div', { class: 'actions' }, h('button', { type: 'button', id: 'send-otp', onclick: ask('merchant/otp', sent, () => words.otpSent) }, words.sendOtp)), sent, otp.element)),
    failed,
    h('div', { class: 'actions' }, settle)));
}

function field(name, label, attributes, hint) {
  const error = h('p', { class: 'field-error', id: `${name}-error` });
  const input = h('input', { id: name, autocomplete: 'off', 'aria-describedby': `${hint ? `${name}-hint ` : ''}${name}-error`, ...attributes });
  return {
    input,
    element: h('div', { class: 'field' }, h('label', { for: name }, label), input, hint && h('p', { class: 'muted hint', id: `${name}-hint` }, hint), error),
    isFaulty: () => error.textContent !== '',
    fault: (message) => {
      error.textContent = message;
      message ? input.setAttribute('aria-invalid', 'true') : input.removeAttribute('aria-invalid');
    },
  };
}

// A code that no other sale has: the day, and enough chance that two counters never meet.
function newCode() {
  const today = new Date();
  const digits = [today.getFullYear() % 100, today.getMonth() + 1, today.getDate()].map((part) => String(part).padStart(2, '0')).join('');
  const chance = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'[byte % 32]).join('');
  return `POS-${digits}-${chance}`;
}

// Watches a settlement that was handed in until it has ended.
async function follow(main, code, signal) {
  const content = h('div', { 'aria-busy': 'true' }, h('p', { class: 'muted' }, text.loading));
  show(main, words.following, content);
  await watch(content, code, signal, (one) => redraw(content,
    h('div', { class: `card outcome large is-${one.status}` },
      h('p', { class: 'headline' }, statusBadge(one.status), h('b', null, toman(one.total))),
      h('p', null, words.told[one.status]),
      one.error && one.error.code !== one.status && errorOf(one),
      one.user_credit !== null && ended(one.status) && h('p', null, words.credit(toman(one.user_credit))),
      h('p', { class: 'muted' }, text.settlement.code, ' ', h('a', { href: `#/settlements/${encodeURIComponent(one.code)}`, id: 'details' }, id(one.code)))),
    h('section', { class: 'card' }, h('h2', null, text.settlement.timeline), timeline(one)),
    h('div', { class: 'actions' }, h('a', { class: 'button primary', href: '#/counter', id: 'next' }, words.next))));
}
