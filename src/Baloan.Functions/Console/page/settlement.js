import { config } from './config.js';
import { text } from './language.js';
import { announce, ask, comingDetail, copying, facts, h, id, quoted, redraw, save, section, show } from './dom.js';
import { file, post } from './api.js';
import { allHold, busy, field, guard, refusal, saved } from './fields.js';
import { bytes, localDigits, money, number, toman, when } from './format.js';
import { keepName, nameOf } from './session.js';
import { withdrawing } from './sale.js';
import { customer, decision, ended, errorOf, knownBy, meaningOf, statusBadge, timeline, watchSettlement } from './state.js';

const words = text.settlement;
const slowAfter = 15 * 60;

export async function settlement(main, { argument: code, signal }) {
  const content = h('div', null, comingDetail());
  // Kept while the rest is drawn anew: somebody may be typing in it.
  let form;
  show(main, h('span', null, words.one, ' ', id(code)),
    h('p', { class: 'back' }, h('a', { href: '#/settlements', onclick: goBack }, words.back)), content);
  const watching = () => watchSettlement(content, code, signal, (one) => redraw(content, details(one, content, watching, () => (form ??= deciding(one, signal, watching)))));
  await watching();
}

// To the list as it was left, where the reader came from there.
function goBack(event) {
  if (history.state?.fromList) {
    event.preventDefault();
    history.back();
  }
}

function details(one, content, again, decide) {
  const isSlow = one.status === 'verifying' && (Date.now() - new Date(one.sent_at ?? one.updated_at)) / 1000 > slowAfter;
  return h('div', { class: 'with-aside' },
    h('div', null,
      h('div', { class: `verdict is-${one.status}` },
        h('p', { class: 'headline' }, statusBadge(one.status), knownBy(one) && h('span', { class: 'muted' }, knownBy(one))),
        h('p', null, meaningOf(one)),
        one.resolution && decision(one.resolution),
        one.error && one.error.code !== one.status && !one.resolution && errorOf(one),
        h('div', { class: 'actions' },
          ended(one.status) && one.status !== 'needs_review' && h('a', { class: 'button', href: `#/receipt/${encodeURIComponent(one.code)}`, id: 'receipt' }, one.status === 'settled' ? text.receipt.link : text.receipt.printState),
          one.status === 'queued' && h('button', { type: 'button', id: 'withdraw', onclick: () => withdrawing(one, content, again) }, text.counter.withdraw))),
      evidence(one),
      (one.status === 'needs_review' || isSlow) && [asking(one), decide()],
      section(words.timeline, timeline(one))),
    h('aside', { class: 'sale', 'aria-label': words.facts },
      h('p', { class: 'label' }, words.total),
      h('p', { class: 'amount' }, copying(one.total, money(one.total))),
      facts([
        [words.code, copying(one.code, id(one.code))],
        [words.customer, customer(one)],
        [words.received, when(one.created_at)],
        one.ended_at && one.status !== 'needs_review' && [words.endedAt, when(one.ended_at)],
        one.user_credit !== null && [words.creditLeft, money(one.user_credit)],
        [words.attempts, number(one.attempts)],
        [words.invoice, invoice(one)],
      ])));
}

// What the end rests on. An app that keeps no evidence shows none.
function evidence({ evidence: seen, total, status }) {
  if (!seen || (seen.credit_before === null && seen.credit_after === null)) {
    return null;
  }
  const { credit_before: before, credit_after: after } = seen;
  const fell = before !== null && after !== null ? before - after : null;
  return section(words.evidence,
    facts([
      [words.creditBefore, before === null ? words.notKnown : money(before)],
      [words.creditAfter, after === null ? words.notKnown : money(after)],
      fell !== null && [words.difference, [fell === 0 ? words.same : [fell > 0 ? words.less : words.more, ' ', money(Math.abs(fell))],
        ' ', h('span', { class: 'muted' }, fell === total ? words.exactlyTotal : fell === 0 ? '' : words.notTotal)]],
    ]),
    status === 'needs_review' && h('p', { class: 'muted' }, words.evidenceNote));
}

function invoice(one) {
  const content = `merchant/settlements/${encodeURIComponent(one.code)}/invoice`;
  const trouble = h('p', { class: 'field-error', role: 'alert' });
  // The file is what a caller sent. It is taken for a PDF and nothing else, and kept on the reader's machine, where no page can reach it.
  const open = h('button', {
    type: 'button', id: 'invoice',
    onclick: () => busy(open, async () => {
      trouble.textContent = '';
      try {
        save(await file(content, 'application/pdf'), `${one.code.replace(/[^\p{L}\p{N}._-]/gu, '_')}.pdf`);
        announce(words.invoiceSaved);
      } catch (failure) {
        trouble.textContent = failure.message;
      }
    }),
  }, words.invoiceOpen);
  return [one.invoice.name && [quoted(one.invoice.name), ' '], h('span', { class: 'muted whole' }, bytes(one.invoice.size)), h('div', null, open), trouble];
}

// Whom to ask, and what to say there.
function asking(one) {
  const sending = one.evidence?.sendings?.at(-1);
  const quote = [
    `${words.code}: ${one.code}`, `${words.total}: ${toman(one.total)}`, `${words.customer}: ${localDigits(one.national_identifier)}`,
    `${words.sentAt}: ${when(sending?.at ?? one.sent_at ?? one.created_at).textContent}`,
  ].join('\n');
  return section(words.askBaloan,
    h('p', null, words.askBaloanDo, config.support && [' ', h('b', null, text.support), ' ', h('bdi', null, config.support)]),
    h('pre', { class: 'quote' }, quote), copying(quote, words.copyQuote));
}

// A person says what became of the money; asked once more with amount and code, for it cannot be taken back.
function deciding(one, signal, again) {
  const trouble = h('div', { role: 'alert' });
  const by = field('by', text.session.name, { maxlength: '100', autocomplete: 'name', value: nameOf(), dir: 'auto' }, { check: (value) => (value.trim() ? '' : words.byFault) });
  const note = field('note', words.note, { rows: '3', maxlength: '500', dir: 'auto' }, { tag: 'textarea', hint: words.noteHint, check: (value) => (value.trim() ? '' : words.noteFault) });
  const unchosen = h('p', { class: 'field-error', id: 'outcome-error' });
  const option = (value, name) => h('label', { class: 'option' }, h('input', { type: 'radio', name: 'outcome', value, 'aria-describedby': 'outcome-error', onchange: choose }), ' ', name);
  const go = h('button', { class: 'primary', id: 'decide' }, words.resolveGo);
  const form = h('form', {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      busy(go, decide);
    },
  },
  h('fieldset', null, h('legend', null, words.whatBaloanSays), option('settled', words.moved), option('not_settled', words.notMoved), unchosen),
  note.element, by.element, trouble, h('div', { class: 'actions' }, go));
  const outcomeOf = () => new FormData(form).get('outcome');

  function choose() {
    unchosen.textContent = '';
    const outcome = outcomeOf();
    go.textContent = words.record[outcome];
    go.className = outcome === 'not_settled' ? 'danger' : 'primary';
  }

  async function decide() {
    const outcome = outcomeOf();
    unchosen.textContent = outcome ? '' : words.outcomeFault;
    if (!outcome) {
      form.querySelector('input').focus();
      return;
    }
    if (!allHold([note, by])) {
      return;
    }
    keepName(by.input.value);
    dispatchEvent(new Event('sessionchanged'));
    const sure = await ask({
      title: outcome === 'settled' ? words.moved : words.notMoved, danger: outcome === 'not_settled', go: words.record[outcome],
      content: [facts([[words.total, h('b', null, money(one.total))], [words.code, id(one.code)], [words.customer, customer(one)], [words.note, quoted(note.input.value)]]), h('p', null, words.confirmNote[outcome])],
    });
    if (!sure) {
      return;
    }
    try {
      await post(`merchant/settlements/${encodeURIComponent(one.code)}/resolve`, { outcome, note: note.input.value, by: by.input.value });
      saved();
      announce(words.resolved);
      document.getElementById('title')?.focus();
      await again();
    } catch (failure) {
      trouble.replaceChildren(refusal(failure, { note, by }));
    }
  }

  guard(signal, () => note.input.isConnected && note.input.value.trim() !== '');
  return h('section', { class: 'panel' }, h('h2', null, words.resolve), form);
}
