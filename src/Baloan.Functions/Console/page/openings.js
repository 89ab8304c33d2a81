import { config } from './config.js';
import { text } from './language.js';
import { announce, ask, coming, facts, h, id, quoted, redraw, show } from './dom.js';
import { get, post } from './api.js';
import { allHold, busy, field, guard, refusal, saved } from './fields.js';
import { localDigits, money, number, when } from './format.js';
import { keepName, nameOf } from './session.js';
import { attempt, sendingOf } from './state.js';

const words = text.openings;

// Loan openings whose outcome is not known, each with its decision.
export async function openings(main, { query, signal }) {
  const content = h('div', null, coming(4));
  show(main, words.title, h('p', { class: 'back' }, h('a', { href: '#/loans' }, text.loan.back)), h('p', { class: 'muted' }, words.intro, config.support && [' ', text.support, ' ', h('bdi', null, config.support)]), content);
  const load = () => attempt(content, signal, async () => {
    const after = query.get('after');
    const { answer: { items, continuation } } = await get(`loan-openings?top=20${after ? `&continuation=${encodeURIComponent(after)}` : ''}`, signal);
    const forms = items.map((one) => opening(one, load));
    guard(signal, () => forms.some((form) => form.isDirty()));
    redraw(content, items.length ? forms.map((form) => form.element) : h('p', { class: 'empty calm' }, words.empty),
      continuation && h('nav', { class: 'pages', 'aria-label': text.pages }, h('a', { href: `#/openings?after=${encodeURIComponent(continuation)}` }, text.older)));
  });
  await load();
}

function opening(one, again) {
  const named = (name) => `${name}-${one.id}`;
  const trouble = h('div', { role: 'alert' });
  const by = field(named('by'), text.session.name, { maxlength: '100', autocomplete: 'name', value: nameOf(), dir: 'auto' }, { check: (value) => (value.trim() ? '' : text.settlement.byFault) });
  const note = field(named('note'), text.settlement.note, { rows: '2', maxlength: '500', dir: 'auto' }, { tag: 'textarea', hint: text.settlement.noteHint, check: (value) => (value.trim() ? '' : text.settlement.noteFault) });
  const uuid = field(named('uuid'), words.uuid, { dir: 'ltr', spellcheck: 'false', maxlength: '60' }, { check: (value) => (/^[0-9a-f-]{32,38}$/i.test(value.trim()) ? '' : words.uuidFault) });
  uuid.element.hidden = true;
  const go = h('button', { class: 'primary' }, text.settlement.resolveGo);
  const unchosen = h('p', { class: 'field-error' });
  const option = (value, name) => h('label', { class: 'option' }, h('input', { type: 'radio', name: 'outcome', value, onchange: choose }), ' ', name);
  const form = h('form', {
    novalidate: true,
    onsubmit: (event) => {
      event.preventDefault();
      busy(go, decide);
    },
  }, h('fieldset', null, h('legend', null, text.settlement.whatBaloanSays), option('opened', words.opened), option('not_opened', words.notOpened), unchosen),
  uuid.element, note.element, by.element, trouble, h('div', { class: 'actions' }, go));
  const outcomeOf = () => new FormData(form).get('outcome');

  function choose() {
    unchosen.textContent = '';
    uuid.element.hidden = outcomeOf() !== 'opened';
    go.textContent = words.record[outcomeOf()];
    go.className = outcomeOf() === 'not_opened' ? 'danger' : 'primary';
  }

  async function decide() {
    const outcome = outcomeOf();
    unchosen.textContent = outcome ? '' : text.settlement.outcomeFault;
    if (!outcome || !allHold([...(outcome === 'opened' ? [uuid] : []), note, by])) {
      return;
    }
    keepName(by.input.value);
    dispatchEvent(new Event('sessionchanged'));
    if (!(await ask({
      title: outcome === 'opened' ? words.opened : words.notOpened, go: words.record[outcome], danger: outcome === 'not_opened',
      content: [facts([[text.loan.amount, money(one.amount)], [text.settlement.customer, localDigits(one.national_identifier)], [text.settlement.note, quoted(note.input.value)]]), h('p', null, words.confirmNote[outcome])],
    }))) {
      return;
    }
    try {
      await post(`loan-openings/${encodeURIComponent(one.id)}/resolve`, { outcome, note: note.input.value, by: by.input.value, ...(outcome === 'opened' ? { uuid: uuid.input.value.trim() } : {}) });
      saved();
      announce(text.settlement.resolved);
      await again();
    } catch (failure) {
      trouble.replaceChildren(refusal(failure, { note, by, uuid }));
    }
  }

  return {
    isDirty: () => form.isConnected && note.input.value !== '',
    element: h('section', { class: 'panel with-aside' },
      h('div', null, h('h2', null, when(one.created_at)), form),
      h('aside', { class: 'sale' },
        h('p', { class: 'label' }, text.loan.amount), h('p', { class: 'amount' }, money(one.amount)),
        facts([
          [text.settlement.customer, h('bdi', { dir: 'ltr' }, localDigits(one.national_identifier))], [words.phone, h('bdi', { dir: 'ltr' }, localDigits(one.phone_number))],
          [text.loan.due, text.loan.months(number(one.loan_due))], [text.loan.store, number(one.store)],
          [words.sendings, one.sendings?.length ? one.sendings.map((sending) => h('div', null, sendingOf(sending))) : words.noSending],
          [words.number, id(one.id)]]))),
  };
}
