import { text } from './language.js';
import { announce, h, show } from './dom.js';
import { post, Refused } from './api.js';
import { allHold, busy, field, guard, refusal, saved } from './fields.js';
import { bytes, money, number, onlyDigits, toman, wholeNumber, withoutMarks } from './format.js';
import { keepPurchase, takeResumed } from './purchase.js';

const words = text.counter;
const largestFile = 10 * 1024 * 1024;

// What the cashier does, from the customer's number to the settlement that is accepted.
export function counter(main, { signal }) {
  const before = takeResumed();
  // What the app said of this customer, and of nobody else: it goes as soon as another number is typed.
  let checked = null;
  let sentTo = null;
  let token = null;
  // The code that was handed in and not answered for: of its money nothing is known here.
  let lost = null;

  const credit = h('div', { class: 'result', role: 'status' });
  const sent = h('div', { class: 'result', role: 'status' });
  const failed = h('div', { role: 'alert' });
  const tooMuch = h('p', { class: 'warning', role: 'status' });
  const settle = h('button', { class: 'primary large', id: 'settle' }, words.settle);
  const check = h('button', { type: 'button', id: 'check', onclick: checkCredit }, words.check);
  const send = h('button', { type: 'button', id: 'send-otp', onclick: sendOtp }, words.sendOtp);

  const customer = field('customer', words.customer, { inputmode: 'numeric', maxlength: '20', dir: 'ltr', value: before?.customer }, {
    hint: words.customerHint, beside: check, check: (value) => (/^\d{10,11}$/.test(onlyDigits(value)) ? '' : words.customerFault),
  });
  const total = field('total', words.total, { inputmode: 'numeric', maxlength: '24', dir: 'ltr', class: 'figure', value: before && number(before.total) }, { check: (value) => (wholeNumber(value) ? '' : words.totalFault) });
  const code = field('code', words.code, { maxlength: '64', value: before?.code ?? newCode(), spellcheck: 'false', dir: 'auto', class: 'id' }, {
    hint: words.codeHint, check: (value) => (withoutMarks(value).trim() ? '' : words.codeFault),
  });
  const otp = field('otp', words.otp, { inputmode: 'numeric', maxlength: '12', autocomplete: 'one-time-code', dir: 'ltr', class: 'figure' }, { check: (value) => (/^\d{4,10}$/.test(onlyDigits(value)) ? '' : words.otpFault) });
  const invoice = invoiceField(before?.file);
  const panel = h('aside', { class: 'sale', 'aria-label': words.summary });

  const customerOf = () => onlyDigits(customer.input.value);
  customer.input.addEventListener('input', () => {
    if (checked && checked.customer !== customerOf()) {
      checked = null;
      credit.replaceChildren();
    }
    if (sentTo !== customerOf()) {
      sentTo = null;
      token = null;
      sent.replaceChildren();
      otp.input.value = '';
    }
    summarize();
  });
  otp.input.addEventListener('input', () => {
    token = null;
    summarize();
  });
  total.input.addEventListener('input', summarize);
  code.input.addEventListener('input', summarize);
  invoice.input.addEventListener('input', summarize);

  // The sum and the state of the sale, beside the steps.
  function summarize() {
    const amount = wholeNumber(total.input.value);
    const left = checked && amount ? checked.credit - amount : null;
    settle.textContent = amount ? words.settleTotal(toman(amount)) : words.settle;
    tooMuch.textContent = left !== null && left < 0 ? words.aboveCredit(toman(-left)) : '';
    const state = (isDone, name) => h('li', { class: isDone ? 'done' : null }, name, isDone && h('span', { class: 'visually-hidden' }, words.done));
    panel.replaceChildren(
      h('p', { class: 'label' }, words.sum),
      h('p', { class: 'amount' }, amount ? money(amount) : '–'),
      h('dl', { class: 'facts' },
        h('div', null, h('dt', null, words.creditTitle), h('dd', null, checked ? money(checked.credit) : '–')),
        h('div', { class: left !== null && left < 0 ? 'urgent' : null }, h('dt', null, words.left), h('dd', null, left === null ? '–' : left < 0 ? words.notEnough : money(left)))),
      h('ul', { class: 'checks' },
        state(checked !== null, words.states.credit), state(Boolean(amount && code.input.value.trim() && invoice.input.files[0]), words.states.purchase),
        state(sentTo !== null, words.states.sent), state(/^\d{4,10}$/.test(onlyDigits(otp.input.value)), words.states.otp)));
  }

  // Asks the app about the customer who stands in the field, and tells nothing of one who no longer does.
  function about(path, button, into, tell) {
    return busy(button, async () => {
      if (!allHold([customer])) {
        return;
      }
      const asked = customerOf();
      into.className = 'result';
      into.replaceChildren(text.loading);
      let told;
      try {
        told = tell((await post(path, { national_identifier: asked })).answer, asked);
        into.classList.add('good');
      } catch (failure) {
        told = failure.message;
        into.classList.add('field-error');
      }
      into.replaceChildren(...(asked === customerOf() ? [told].flat() : []));
      summarize();
    });
  }

  function checkCredit() {
    checked = null;
    return about('merchant/credit-check', check, credit, (answer, asked) => {
      if (asked === customerOf()) {
        checked = { customer: asked, credit: answer.user_credit };
      }
      return [`${words.credit} `, money(answer.user_credit)];
    });
  }

  function sendOtp() {
    token = null;
    otp.input.value = '';
    otp.fault('');
    return about('merchant/otp', send, sent, (_, asked) => {
      if (asked === customerOf()) {
        sentTo = asked;
      }
      return words.otpSent;
    });
  }

  // Version 2 says at once whether the OTP is right; version 1 says it with the settlement.
  async function validated(asked) {
    if (token) {
      return { token };
    }
    const typed = onlyDigits(otp.input.value);
    try {
      token = (await post('merchant/otp/validate', { national_identifier: asked, otp: typed })).answer.token;
      return { token };
    } catch (failure) {
      if (failure.code === 'not_supported_by_api_version') {
        return { otp: typed };
      }
      throw failure;
    }
  }

  const handIn = () => busy(settle, async () => {
    failed.replaceChildren();
    if (!allHold([customer, total, code, invoice, otp])) {
      return;
    }
    const one = { customer: customerOf(), total: wholeNumber(total.input.value), code: withoutMarks(code.input.value).trim(), file: invoice.input.files[0] };
    announce(words.sending);
    let consent;
    try {
      consent = await validated(one.customer);
    } catch (failure) {
      failed.replaceChildren(refusal(failure, { national_identifier: customer, otp }, lost === one.code
        ? [h('p', null, h('b', null, words.lostBefore)), h('a', { class: 'button', href: `#/counter/${encodeURIComponent(one.code)}`, id: 'look' }, words.look)]
        : h('p', null, h('b', null, words.otpAgain))));
      if (failure instanceof Refused && (failure.status === 422 || failure.errors.otp)) {
        otp.fault(words.otpRefused);
        otp.input.select();
        otp.input.focus();
      }
      return;
    }

    const form = new FormData();
    form.append('national_identifier', one.customer);
    form.append(...Object.entries(consent)[0]);
    form.append('data', JSON.stringify({ code: one.code, bill: { total: one.total } }));
    form.append('file', one.file);
    try {
      const { answer } = await post('merchant/settlements', form);
      keepPurchase({ ...one, code: answer.code });
      saved();
      location.hash = `#/counter/${encodeURIComponent(answer.code)}`;
    } catch (failure) {
      // What did not come from the app does not say whether the app has it: no answer, or an empty 5xx of what stands in front of it.
      const isUnknown = failure.code === undefined && !(failure.status < 500);
      lost = isUnknown ? one.code : null;
      failed.replaceChildren(refusal(failure, { national_identifier: customer, otp, token: otp, file: invoice, 'data.code': code, 'data.bill.total': total },
        // The same code again does no harm, a new code may.
        isUnknown && h('p', null, h('b', null, words.sendAgain))));
    }
  });

  const step = (count, title, ...content) => h('li', null, h('fieldset', null, h('legend', null, h('span', { class: 'count' }, number(count)), title), content));
  guard(signal, () => [customer, total, otp].some((one) => one.input.value !== '') || invoice.input.files.length > 0);
  show(main, words.title,
    before ? h('p', { class: 'notice' }, words.resumed) : h('p', { class: 'muted' }, words.intro),
    h('form', {
      class: 'with-aside', novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        handIn();
      },
    },
    h('ol', { class: 'steps' },
      step(1, words.step1, customer.element, credit),
      step(2, words.step2, total.element, tooMuch, code.element, invoice.element),
      step(3, words.step3, h('div', null, send), sent, otp.element, failed, settle)),
    panel));
  summarize();
}

// The browser's own button speaks the browser's language.
function invoiceField(file) {
  const one = field('file', words.invoice, { type: 'file', accept: 'application/pdf,.pdf', class: 'visually-hidden' }, {
    hint: words.invoiceHint,
    check: (_, input) => (!input?.files[0] ? words.invoiceFault : input.files[0].size > largestFile ? words.invoiceTooLarge(bytes(input.files[0].size)) : ''),
  });
  const chosen = h('bdi', { class: 'chosen' }, words.noFile);
  const tell = () => {
    chosen.textContent = one.input.files[0] ? `${one.input.files[0].name} (${bytes(one.input.files[0].size)})` : words.noFile;
    one.holds();
  };
  const picker = h('div', { class: 'file' });
  one.input.replaceWith(picker);
  picker.append(one.input, h('label', { for: 'file', class: 'button' }, words.chooseFile), chosen);
  one.input.addEventListener('change', tell);
  if (file) {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    one.input.files = transfer.files;
    tell();
  }
  return one;
}

// A code that no other sale has: the day, and enough chance that two counters never meet.
function newCode() {
  const today = new Date();
  const digits = [today.getFullYear() % 100, today.getMonth() + 1, today.getDate()].map((part) => String(part).padStart(2, '0')).join('');
  const chance = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'[byte % 32]).join('');
  return `POS-${digits}-${chance}`;
}
