import { text } from './language.js';
import { h, sentence } from './dom.js';
import { number, since } from './format.js';

const words = text.overview;
// What waits longer than this is more than a busy hour.
const stuckAfter = 15 * 60;

export const tokenTrouble = (token, now) => token.configured && (!token.expires_at || new Date(token.expires_at) <= now);

// What needs a person, most urgent first, each with what to do. What could not be looked at is said, never counted as nothing.
export function alertsOf(stats, now) {
  const alerts = [];
  const add = (kind, title, advice, href, link) => alerts.push(h('li', { class: kind },
    h('div', null, h('h3', null, title), h('p', null, advice)), href && h('a', { class: 'button', href, id: `alert-${kind}-${alerts.length}` }, link)));
  const { needs_review: review, queued, verifying } = stats.waiting;
  const isOld = (waiting) => waiting?.count > 0 && (now - new Date(waiting.oldest_at)) / 1000 > stuckAfter;
  const sum = (pick) => stats.hours.reduce((total, hour) => total + (pick(hour) ?? 0), 0);

  if (review.count) {
    add('review', words.review(number(review.count)), words.reviewDo, '#/settlements?status=needs_review', words.reviewLink);
  }
  const openings = stats.openings?.items?.length ?? 0;
  if (openings) {
    add('openings', words.openings(number(openings), Boolean(stats.openings.continuation)), words.openingsDo, '#/openings', words.reviewLink);
  }
  const conflicts = sum((hour) => hour.conflicts);
  if (conflicts) {
    add('conflicts', words.conflicting(number(conflicts)), words.conflictsDo, '#/loans', words.see);
  }
  for (const [gateway, token] of Object.entries(stats.tokens)) {
    if (tokenTrouble(token, now)) {
      add('token', words.noValidToken(words.gateway[gateway]), words.tokenDo);
    }
  }
  for (const queue of stats.queues.filter((one) => one.poison > 0)) {
    const [href, link] = queue.name === 'events' ? ['#/subscriptions', words.see] : [];
    add('poison', sentence(words.poisoned(number(queue.poison)), h('bdi', null, queue.name)), words.poisonDo[queue.name] ?? words.poisonDo.other, href, link);
  }
  const dead = (stats.subscriptions?.items ?? []).filter((one) => one.failed > 0 || one.allowed === false);
  if (dead.length) {
    add('subscribers', words.deadSubscribers(number(dead.length)), words.deadSubscribersDo, '#/subscriptions', words.see);
  }
  const refused = sum((hour) => hour.refused_callbacks);
  if (refused) {
    add('refused', words.refusedSome(number(refused)), words.refusedDo);
  }
  if (isOld(queued)) {
    add('stuck', words.stuck(since(queued.oldest_at, now)), words.stuckDo, '#/settlements?status=queued', words.see);
  }
  if (isOld(verifying)) {
    add('verifying', words.verifying(since(verifying.oldest_at, now)), words.verifyingDo, '#/settlements?status=verifying', words.see);
  }

  const unseen = [[stats.subscriptions, words.unseenSubscriptions], [stats.openings, words.unseenOpenings]].filter(([answer]) => !answer).map(([, name]) => name);
  return h('section', { class: 'needs', 'aria-label': words.needsYou },
    alerts.length > 0 ? [h('h2', null, words.needsYou), h('ul', null, alerts)] : h('p', { class: 'calm' }, unseen.length ? words.calmSoFar : words.calm),
    unseen.length > 0 && h('p', { class: 'muted' }, words.unseen(unseen.join(text.comma))));
}
