// What a settlement's state, evidence and history look like, wherever they are shown.
import { text } from './language.js';
import { announce, h, id, quoted, repeat } from './dom.js';
import { get, Refused, Unreachable } from './api.js';
import { reopen } from './session.js';
import { localDigits, number, when } from './format.js';

const words = text.settlement;

export const ended = (status) => ['settled', 'rejected', 'failed', 'needs_review'].includes(status);
export const badge = (kind, name) => h('span', { class: `badge is-${kind}` }, name);
export const statusBadge = (status) => badge(status, words.status[status] ?? status);
export const customer = (one) => h('bdi', { dir: 'ltr', class: 'whole' }, localDigits(one.national_identifier));

// Baloan's word, what the credit told and what a person decided are never shown as one another.
export const meaningOf = (one) => one.resolution ? words.decided[one.resolution.outcome]
  : one.known_by === 'credit' ? (one.status === 'settled' ? words.inferred : words.inferredNot)
    : words.meaning[one.status];

// How the end is known, in a word; nothing where there is no end, or an app that does not say.
export const knownBy = (one) => (one.known_by && ended(one.status) && one.status !== 'needs_review' ? words.knownBy[one.known_by] : null);

export const errorOf = (one) => h('p', { class: 'error' }, h('b', null, words.reason), ' ', quoted(one.error.message), ' ', h('span', { class: 'muted' }, id(one.error.code)));

export const decision = (one, { withTime = true } = {}) => h('div', { class: 'decision' },
  h('p', null, h('b', null, words.decidedBy, ' ', one.by ? quoted(one.by) : words.somebody), withTime && [' ', h('span', { class: 'muted' }, when(one.at))]),
  h('blockquote', null, quoted(one.note)));

// An answer in words, with its status: "refused 400".
function answerOf(answer) {
  const [word, status] = answer.split(' ');
  return [words.answers[word] ?? quoted(word), status && [' ', h('bdi', { class: 'muted' }, `(${localDigits(status)})`)]];
}

// All that is known to have happened, in its order: attempts, sendings, review, decision, end.
export function timeline(one) {
  const earlier = one.earlier_attempts ?? [];
  const steps = [
    { kind: 'queued', title: words.received, at: one.created_at },
    ...earlier.flatMap((attempt, index) => eventsOf(attempt, words.attempt(number(index + 1)))),
    ...eventsOf(one, one.attempts > 1 ? words.attempt(number(one.attempts)) : null),
  ];
  return h('ol', { class: 'timeline' }, steps.map((step) =>
    h('li', { class: `is-${step.kind}${step.current ? ' current' : ''}` },
      h('p', null, h('b', null, step.title), step.at && [' ', h('span', { class: 'muted' }, when(step.at))]),
      step.note && h('div', null, step.note))));
}

function eventsOf(attempt, name) {
  const titled = (title) => (name ? `${name}: ${title}` : title);
  return [
    ...(attempt.evidence?.sendings ?? []).map((sending) => ({ kind: 'sent', title: titled(words.sent), at: sending.at, note: [words.answer, ' ', answerOf(sending.answer)] })),
    attempt.review_began_at && { kind: 'needs_review', title: titled(words.reviewed), at: attempt.review_began_at, note: words.meaning.needs_review, current: attempt.status === 'needs_review' },
    attempt.resolution && { kind: 'sent', title: titled(words.resolvedStep), at: attempt.resolution.at, note: [words.whatWasDecided[attempt.resolution.outcome], decision(attempt.resolution, { withTime: false })] },
    !(attempt.status === 'needs_review' && attempt.review_began_at) && {
      kind: attempt.status, title: titled(ended(attempt.status) ? words.outcome : words.now), at: attempt.ended_at ?? attempt.updated_at, current: !ended(attempt.status),
      note: [statusBadge(attempt.status), ' ', knownBy(attempt) && h('span', { class: 'muted' }, knownBy(attempt)), attempt.error && attempt.error.code !== attempt.status && name && errorOf(attempt)],
    },
  ].filter(Boolean);
}

// names: what the reader calls what the API names in its faults.
export function problem(failure, again, names = {}) {
  const isMissing = failure instanceof Refused && failure.status === 404;
  const isClosed = failure instanceof Refused && failure.status === 401;
  return h('div', { class: isMissing ? 'notice' : 'alert', role: 'alert' },
    h('h2', null, failure instanceof Unreachable ? text.api.unreachableTitle : isMissing ? text.api.notFound : text.api.refusedTitle),
    h('p', null, failure.message),
    Object.entries(failure.errors ?? {}).map(([name, faults]) => h('p', null, h('b', null, names[name] ?? id(name)), ': ', faults.join(' '))),
    again && h('button', { type: 'button', onclick: isClosed ? () => reopen(failure.area) : again }, isClosed ? text.key.enter : text.again));
}

// Runs what asks the API, and shows what went wrong with a button to try again.
export async function attempt(content, signal, work, names) {
  try {
    return await work();
  } catch (failure) {
    if (!signal.aborted) {
      content.replaceChildren(problem(failure, () => attempt(content, signal, work, names), names));
    }
    return undefined;
  }
}

// Shows something again and again until it has ended: isOver(answer) says so, told(answer) what is new about it.
export async function watch(content, path, signal, { draw, isOver, told, seconds }) {
  let last;
  await repeat(signal, async () => {
    try {
      const { answer, retryAfter } = await get(path, signal);
      draw(answer);
      const news = told(answer);
      if (news !== last) {
        last = news;
        announce(news);
      }
      return isOver(answer) ? 0 : seconds ?? retryAfter;
    } catch (failure) {
      if (signal.aborted) {
        return 0;
      }
      if (last === undefined || (failure instanceof Refused && failure.status < 500)) {
        content.replaceChildren(problem(failure, () => watch(content, path, signal, { draw, isOver, told, seconds })));
        return 0;
      }
      // What is shown may be old; the next look says.
      content.querySelector('.stale')?.remove();
      content.prepend(h('div', { class: 'alert stale', role: 'alert' }, h('p', null, failure.message, ' ', text.mayBeOld)));
      return 5;
    }
  });
}

export const watchSettlement = (content, code, signal, draw) => watch(content, `merchant/settlements/${encodeURIComponent(code)}`, signal, {
  draw, isOver: (one) => ended(one.status), told: (one) => `${words.statusTitle}: ${words.status[one.status]}`,
});

// A try to send: when, and what was answered.
export const sendingOf = (sending) => [when(sending.at), ': ', answerOf(sending.answer)];
