import { text } from './language.js';
import { announce, facts, h, id, redraw, repeat, show, table } from './dom.js';
import { get, post, Refused } from './api.js';
import { bytes, localDigits, number, toman, when } from './format.js';

const words = text.settlement;
export const ended = (status) => ['settled', 'rejected', 'failed', 'needs_review'].includes(status);

export const badge = (kind, name) => h('span', { class: `badge is-${kind}` }, name);
export const statusBadge = (status) => badge(status, words.status[status] ?? status);

// A list in pages, with a choice of states and a search, as both settlements and loans have it.
export async function list(main, { query, signal }, { place, title, choices, param, find, path, columns, rowOf, empty }) {
  const chosen = query.get(param) ?? '';
  const after = query.get('after') ?? '';
  const link = (value, continuation) => {
    const wanted = new URLSearchParams();
    if (value) {
      wanted.set(param, value);
    }
    if (continuation) {
      wanted.set('after', continuation);
    }
    return `#/${place}${wanted.size ? `?${wanted}` : ''}`;
  };
  const search = h('input', { id: 'find', type: 'search', required: true, autocomplete: 'off', spellcheck: 'false' });
  const content = h('div', { 'aria-busy': 'true' }, h('p', { class: 'muted' }, text.loading));

  show(main, title,
    h('div', { class: 'bar' },
      h('nav', { class: 'choices', 'aria-label': text.filter }, [['', text.all], ...Object.entries(choices)].map(([value, name]) =>
        h('a', { href: link(value), 'aria-current': value === chosen ? 'true' : null }, name))),
      h('form', {
        class: 'find',
        onsubmit: (event) => {
          event.preventDefault();
          location.hash = `#/${place}/${encodeURIComponent(search.value.trim())}`;
        },
      }, h('label', { for: 'find' }, find), search, h('button', null, text.find))),
    content);

  const wanted = new URLSearchParams({ top: 20 });
  if (chosen) {
    wanted.set(param, chosen);
  }
  if (after) {
    wanted.set('continuation', after);
  }

  await attempt(content, signal, async () => {
    const { answer: { items, continuation } } = await get(`${path}?${wanted}`, signal);
    content.setAttribute('aria-busy', 'false');
    redraw(content,
      items.length ? table({ caption: title, columns, rows: items.map(rowOf), className: 'cards' }) : h('p', { class: 'empty' }, after ? text.noMore : empty),
      h('nav', { class: 'pages', 'aria-label': text.pages },
        after && h('a', { href: link(chosen) }, text.newest),
        continuation && h('a', { href: link(chosen, continuation), rel: 'next' }, text.older)));
    announce(text.shown(number(items.length)));
  });
}

// Runs what asks the API, and shows what went wrong with a button to try again.
export async function attempt(content, signal, work) {
  try {
    return await work();
  } catch (failure) {
    if (!signal.aborted) {
      content.setAttribute('aria-busy', 'false');
      content.replaceChildren(problem(failure, () => attempt(content, signal, work)));
    }
    return undefined;
  }
}

export const problem = (failure, again) => h('div', { class: failure instanceof Refused && failure.status === 404 ? 'notice' : 'alert', role: 'alert' },
  h('h2', null, failure instanceof Refused ? (failure.status === 404 ? text.api.notFound : text.api.refusedTitle) : text.api.unreachableTitle),
  h('p', null, failure.message),
  again && h('button', { type: 'button', onclick: again }, text.again));

export function settlements(main, context) {
  return list(main, context, {
    place: 'settlements', title: words.listTitle, choices: words.status, param: 'status', find: words.find, path: 'merchant/settlements', empty: words.empty,
    columns: [
      { title: words.code }, { title: words.statusTitle }, { title: words.total, className: 'number' },
      { title: words.customer, className: 'number' }, { title: words.attempts, className: 'number' }, { title: words.updated, className: 'end' }],
    rowOf: (one) => [
      h('a', { href: `#/settlements/${encodeURIComponent(one.code)}` }, id(one.code)), statusBadge(one.status), toman(one.total),
      customer(one), number(one.attempts), when(one.updated_at)],
  });
}

const customer = (one) => h('bdi', { dir: 'ltr' }, localDigits(one.national_identifier));

export async function settlement(main, { argument: code, signal }) {
  const content = h('div', { 'aria-busy': 'true' }, h('p', { class: 'muted' }, text.loading));
  show(main, h('span', null, words.one, ' ', id(code)),
    h('p', { class: 'back' }, h('a', { href: '#/settlements' }, words.back)), content);
  await watch(content, code, signal, (one) => redraw(content, ...details(one, () => { settlement(main, { argument: code, signal }); })));
}

// Shows a settlement again and again until it has ended.
export async function watch(content, code, signal, draw) {
  let status;
  await repeat(signal, async () => {
    try {
      const { answer, retryAfter } = await get(`merchant/settlements/${encodeURIComponent(code)}`, signal);
      content.setAttribute('aria-busy', 'false');
      draw(answer);
      if (status !== answer.status) {
        status = answer.status;
        announce(`${words.statusTitle}: ${words.status[status]}`);
      }
      return ended(status) ? 0 : retryAfter;
    } catch (failure) {
      if (signal.aborted) {
        return 0;
      }
      content.setAttribute('aria-busy', 'false');
      if (status === undefined || (failure instanceof Refused && failure.status < 500)) {
        content.replaceChildren(problem(failure, () => watch(content, code, signal, draw)));
        return 0;
      }
      // What is shown may be old; the next look says.
      content.querySelector('.stale')?.remove();
      content.prepend(h('div', { class: 'alert stale', role: 'alert' }, h('p', null, failure.message, ' ', text.mayBeOld)));
      return 5;
    }
  });
}

// Baloan's word, what the credit told and what a person decided are never shown as one another.
const meaningOf = (one) => one.resolution ? words.decided[one.resolution.outcome]
  : one.known_by === 'credit' && one.status === 'settled' ? words.inferred
  : words.meaning[one.status];

function details(one, reload) {
  return [
    h('div', { class: `card outcome is-${one.status}` },
      h('p', { class: 'headline' }, statusBadge(one.status), h('b', null, toman(one.total))),
      h('p', null, meaningOf(one)),
      one.resolution && h('p', null, h('bdi', null, one.resolution.note), one.resolution.by && [' (', h('bdi', null, one.resolution.by), ')']),
      one.error && one.error.code !== one.status && errorOf(one)),
    one.status === 'needs_review' && resolving(one, reload),
    h('div', { class: 'columns' },
      h('section', { class: 'card' }, h('h2', null, words.facts), facts([
        [words.code, id(one.code)],
        [words.customer, customer(one)],
        [words.total, toman(one.total)],
        one.user_credit !== null && [words.creditLeft, toman(one.user_credit)],
        [words.invoice, [id(one.invoice.blob), ' ', h('span', { class: 'muted whole' }, bytes(one.invoice.size))]],
      ])),
      h('section', { class: 'card' }, h('h2', null, words.timeline), timeline(one))),
  ];
}

export const errorOf = (one) => h('p', { class: 'error' }, h('b', null, words.reason), ' ', h('bdi', { class: 'words' }, one.error.message), ' ', h('bdi', { class: 'id muted' }, one.error.code));

export function timeline(one) {
  const earlier = one.earlier_attempts ?? [];
  const steps = [
    { kind: 'queued', title: words.received, at: one.created_at },
    ...earlier.map((attempt, index) => ({
      kind: attempt.status, title: words.attempt(number(index + 1)), at: attempt.ended_at,
      note: [statusBadge(attempt.status), ' ', toman(attempt.total), attempt.error && errorOf(attempt)],
    })),
    {
      kind: one.status, title: one.attempts > 1 ? words.attempt(number(one.attempts)) : ended(one.status) ? words.outcome : words.now, at: one.updated_at, note: [statusBadge(one.status)], current: !ended(one.status),
    },
  ];
  return h('ol', { class: 'timeline' }, steps.map((step) =>
    h('li', { class: `is-${step.kind}${step.current ? ' current' : ''}` },
      h('p', null, h('b', null, step.title), step.at && [' ', h('span', { class: 'muted' }, when(step.at))]),
      step.note && h('div', null, step.note))));
}

// A person says what became of the money; asked once more with amount and code, for it cannot be taken back.
function resolving(one, reload) {
  const error = h('p', { class: 'field-error', role: 'alert' });
  const note = h('textarea', { id: 'note', rows: '3', maxlength: '500', required: true, 'aria-describedby': 'note-hint' });
  const option = (value, name) => h('label', { class: 'option' }, h('input', { type: 'radio', name: 'outcome', value, required: true }), ' ', name);
  return h('section', { class: 'card' },
    h('h2', null, words.resolve),
    h('p', null, words.resolveDo),
    h('form', {
      onsubmit: (event) => {
        event.preventDefault();
        const outcome = new FormData(event.target).get('outcome');
        confirming(one, outcome, async () => {
          try {
            await post(`merchant/settlements/${encodeURIComponent(one.code)}/resolve`, { outcome, note: note.value });
            announce(words.resolved);
            reload();
            document.getElementById('title')?.focus();
          } catch (failure) {
            error.textContent = [failure.message, ...Object.values(failure.errors ?? {}).flat()].join(' ');
          }
        });
      },
    },
    h('fieldset', null, h('legend', null, words.whatBaloanSays), option('settled', words.moved), option('not_settled', words.notMoved)),
    h('label', { for: 'note' }, words.note), note, h('p', { id: 'note-hint', class: 'muted hint' }, words.noteHint),
    error,
    h('div', { class: 'actions' }, h('button', { class: 'primary' }, words.resolveGo))));
}

function confirming(one, outcome, carryOut) {
  const dialog = h('dialog', { class: 'card', 'aria-labelledby': 'confirm-title', onclose: () => dialog.remove() },
    h('h2', { id: 'confirm-title' }, words.confirm[outcome]),
    facts([[words.total, h('b', null, toman(one.total))], [words.code, id(one.code)], [words.customer, customer(one)]]),
    h('p', null, words.confirmNote[outcome]),
    h('div', { class: 'actions' },
      h('button', {
        class: 'primary', type: 'button',
        onclick: () => {
          dialog.close();
          carryOut();
        },
      }, words.confirmGo[outcome]),
      h('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, text.cancel)));
  document.body.append(dialog);
  dialog.showModal();
}
