import { text } from './language.js';
import { h, id, redraw, repeat, sentence, show, table } from './dom.js';
import { get, Refused } from './api.js';
import { keepDrawn, stackedBars } from './chart.js';
import { atHour, atSecond, number, onDay, onDayAtHour, since, span } from './format.js';

const words = text.overview;
const everySeconds = 15;
const outcomes = ['settled', 'rejected', 'failed', 'needs_review'];
const spans = [24, 72, 168];
// What waits longer than this in the queue is more than a busy hour.
const stuckAfter = 15 * 60;

export async function overview(main, { query, signal }) {
  const hours = spans.find((one) => one === Number(query.get('hours'))) ?? spans[0];
  const freshness = h('p', { class: 'freshness' });
  const trouble = h('div', { role: 'alert' });
  const content = h('div', { class: 'overview' });
  let charts = [];
  let last;
  let refreshing = false;

  show(main, words.title,
    h('div', { class: 'bar' },
      h('nav', { class: 'choices', 'aria-label': words.span }, spans.map((one) =>
        h('a', { href: `#/?hours=${one}`, 'aria-current': one === hours ? 'true' : null }, one === 24 ? words.hours(number(one)) : words.days(number(one / 24))))),
      freshness,
      h('button', { type: 'button', onclick: refresh }, words.refresh)),
    trouble, content);
  keepDrawn(() => charts, signal);

  async function refresh() {
    if (refreshing) {
      return;
    }
    refreshing = true;
    try {
      last = (await get(`stats?hours=${hours}`, signal)).answer;
      last.receivedAt = new Date();
      trouble.replaceChildren();
      content.classList.remove('old');
      freshness.textContent = words.freshness(atSecond(last.receivedAt), number(everySeconds));
      charts = chartsOf(last);
      redraw(content, ...draw(last, charts));
      charts.forEach((chart) => chart.draw());
    } catch (failure) {
      if (signal.aborted) {
        return;
      }
      const message = failure instanceof Refused ? failure.message : words.unreachable;
      if (trouble.textContent !== '' && trouble.dataset.message === message) {
        return;
      }
      trouble.dataset.message = message;
      trouble.replaceChildren(h('div', { class: 'alert' },
        h('h2', null, failure instanceof Refused ? words.refused : words.unreachableTitle),
        h('p', null, message),
        last && h('p', null, h('b', null, words.old(atSecond(last.receivedAt))))));
      freshness.textContent = last ? words.oldShort(atSecond(last.receivedAt)) : '';
      content.classList.toggle('old', last !== undefined);
    } finally {
      refreshing = false;
    }
  }

  await repeat(signal, async () => {
    await refresh();
    return everySeconds;
  });
}

// Bars of an hour for a day, of six hours for more: a week of hours is too fine to read.
function barsOf(stats) {
  const step = stats.hours.length > 72 ? 6 : stats.hours.length > 24 ? 3 : 1;
  const bars = [];
  for (let start = 0; start < stats.hours.length; start += step) {
    const hours = stats.hours.slice(start, start + step);
    const begin = new Date(hours[0].hour);
    bars.push({
      begin, hours, short: step === 1 ? atHour(begin) : onDay(begin), long: onDayAtHour(begin),
      sum: (pick) => hours.reduce((sum, hour) => sum + pick(hour), 0),
    });
  }
  return bars;
}

function chartsOf(stats) {
  const bars = barsOf(stats);
  const settlements = outcomes.map((outcome) => ({
    name: text.settlement.status[outcome], color: `is-${outcome}`, values: bars.map((bar) => bar.sum((hour) => hour.settlements[outcome])),
  }));
  const callbacks = [
    { name: words.callbacks, color: 'is-callback', values: bars.map((bar) => bar.sum((hour) => hour.callbacks - hour.conflicts)) },
    { name: words.conflicts, color: 'is-needs_review', values: bars.map((bar) => bar.sum((hour) => hour.conflicts)) },
    { name: words.refusedCallbacks, color: 'is-failed', values: bars.map((bar) => bar.sum((hour) => hour.refused_callbacks)) },
  ];
  const told = (series) => series.map((one) => `${one.name}: ${number(one.values.reduce((sum, value) => sum + value, 0))}`).join(text.comma);
  return [
    Object.assign(stackedBars({ bars, series: settlements, summary: `${words.settlements}. ${told(settlements)}` }), { bars, series: settlements }),
    Object.assign(stackedBars({ bars, series: callbacks, summary: `${words.callbacksTitle}. ${told(callbacks)}`, height: 120 }), { bars, series: callbacks }),
  ];
}

function asTable(name, title, { bars, series }) {
  const rows = bars.filter((_, index) => series.some((one) => one.values[index] > 0));
  return h('details', { id: `${name}-table` },
    h('summary', { id: `${name}-summary` }, words.asTable),
    rows.length === 0 ? h('p', { class: 'muted' }, words.nothing) : table({
      caption: title, className: 'compact',
      columns: [{ title: words.from }, ...series.map((one) => ({ title: one.name, className: 'number' }))],
      rows: rows.map((bar) => [bar.long, ...series.map((one) => number(one.values[bars.indexOf(bar)]))]),
    }));
}

const card = (className, title, ...content) => h('section', { class: `card ${className}` }, h('h2', null, title), ...content);

function draw(stats, [settlements, callbacks]) {
  const { time_to_settle: time } = stats;
  const now = new Date(stats.generated_at);
  const sum = (pick) => stats.hours.reduce((total, hour) => total + pick(hour), 0);
  const largestState = Math.max(1, ...Object.values(stats.loans));
  return [
    alertsOf(stats, now),
    card('wide', words.settlements,
      h('dl', { class: 'figures' },
        figure(words.accepted, number(sum((hour) => hour.settlements.accepted))),
        figure(words.median, time.count ? span(time.median_seconds) : '–'),
        figure(words.p95, time.count ? span(time.p95_seconds) : '–')),
      settlements.element, asTable('settlements', words.settlements, settlements)),
    h('div', { class: 'stack' }, card('', words.waiting,
      table({
        caption: words.waiting, className: 'compact',
        columns: [{ title: words.status }, { title: words.count, className: 'number' }, { title: words.oldest, className: 'end' }],
        rows: Object.entries(stats.waiting).map(([status, { count, oldest_at: oldest }]) => [
          h('a', { href: `#/settlements?status=${status}`, id: `waiting-${status}`, class: status === 'needs_review' && count ? 'urgent' : null }, text.settlement.status[status]),
          number(count), oldest ? since(oldest, now) : '–']),
      })),
    card('', words.tokens, h('dl', { class: 'facts' }, Object.entries(stats.tokens).map(([gateway, token]) =>
      h('div', null, h('dt', null, words.gateway[gateway]), h('dd', { class: tokenTrouble(token, now) ? 'urgent' : null }, lifeOf(token, now))))))),
    card('', words.loans,
      table({
        caption: words.loans, className: 'compact bars',
        columns: [{ title: words.state }, { title: words.count, className: 'number' }, { title: words.share, className: 'share' }],
        rows: Object.entries(stats.loans).map(([state, count]) => [
          h('a', { href: `#/loans?state=${state}`, id: `loans-${state}` }, text.loan.state[state] ?? state), number(count), share(count / largestState)]),
      })),
    card('', words.callbacksTitle, callbacks.element, asTable('callbacks', words.callbacksTitle, callbacks)),
    card('', words.queues, table({
      caption: words.queues, className: 'compact',
      columns: [{ title: words.queue }, { title: words.messages, className: 'number' }, { title: words.poison, className: 'number' }],
      rows: stats.queues.map((queue) => [id(queue.name), number(queue.messages), h('span', { class: queue.poison ? 'urgent' : null }, number(queue.poison))]),
    })),
  ];
}

const figure = (name, value) => h('div', null, h('dt', null, name), h('dd', null, value));

function share(part) {
  const bar = h('span', { class: 'share-bar', 'aria-hidden': 'true' });
  bar.style.inlineSize = `${Math.round(part * 100)}%`;
  return bar;
}

const tokenTrouble = (token, now) => token.configured && (!token.expires_at || new Date(token.expires_at) <= now);

// Whether it is set up is not known (null) where Key Vault does not answer.
const lifeOf = (token, now) => token.configured === false ? words.notConfigured
  : !token.expires_at ? token.configured ? words.noToken : words.notKnown
    : new Date(token.expires_at) <= now ? words.expired : words.life(span((new Date(token.expires_at) - now) / 1000));

// What needs a person, with what to do.
function alertsOf(stats, now) {
  const alerts = [];
  const { needs_review: review, queued } = stats.waiting;
  if (review.count) {
    alerts.push(alert('review', words.review(number(review.count)), words.reviewDo, h('a', { href: '#/settlements?status=needs_review', id: 'alert-review' }, words.reviewLink)));
  }
  for (const queue of stats.queues.filter((one) => one.poison > 0)) {
    alerts.push(alert('poison', sentence(words.poisoned(number(queue.poison)), id(queue.name)), words.poisonDo[queue.name] ?? words.poisonDo.other));
  }
  for (const [gateway, token] of Object.entries(stats.tokens)) {
    if (tokenTrouble(token, now)) {
      alerts.push(alert('token', words.noValidToken(words.gateway[gateway]), words.tokenDo));
    }
  }
  if (queued.count && (now - new Date(queued.oldest_at)) / 1000 > stuckAfter) {
    alerts.push(alert('stuck', words.stuck(since(queued.oldest_at, now)), words.stuckDo, h('a', { href: '#/settlements?status=queued', id: 'alert-stuck' }, words.stuckLink)));
  }
  return alerts.length
    ? h('section', { class: 'alerts', 'aria-label': words.needsYou }, alerts)
    : h('p', { class: 'calm' }, words.calm);
}

const alert = (kind, title, advice, link) => h('div', { class: `alert ${kind}` }, h('h2', null, title), h('p', null, advice, link && [' ', link]));
