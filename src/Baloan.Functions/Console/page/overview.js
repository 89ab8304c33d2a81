import { text } from './language.js';
import { coming, h, redraw, repeat, section, sentence, show, table } from './dom.js';
import { get, Refused } from './api.js';
import { isLeftOut } from './session.js';
import { share, stackedBars } from './bars.js';
import { alertsOf, tokenTrouble } from './alerts.js';
import { atHour, atSecond, inZone, money, number, onDay, onDayAtHour, since, span, toman } from './format.js';

const words = text.overview;
const everySeconds = 15;
const outcomes = ['settled', 'rejected', 'failed', 'needs_review'];
const spans = [24, 72, 168];
const mostUnknown = 20;
// The app gives no more.
const mostHours = 168;

export async function overview(main, { query, signal }) {
  const hours = spans.find((one) => one === Number(query.get('hours'))) ?? spans[0];
  const freshness = h('p', { class: 'freshness' });
  const trouble = h('div', { role: 'alert' });
  const content = h('div', { class: 'overview' }, coming(3), coming(6));
  let last;
  let refreshing = false;

  show(main, words.title,
    h('div', { class: 'bar' },
      h('nav', { class: 'choices', 'aria-label': words.span }, spans.map((one) =>
        h('a', { href: `#/?hours=${one}`, 'aria-current': one === hours ? 'true' : null }, one === 24 ? words.hours(number(one)) : words.days(number(one / 24))))),
      freshness,
      h('button', { type: 'button', onclick: refresh }, words.refresh)),
    trouble, content);

  async function refresh() {
    if (refreshing) {
      return;
    }
    refreshing = true;
    try {
      // What else may need a person; where it cannot be had, that is said in place of "nothing".
      const [stats, subscriptions, openings, unknownLoans] = await Promise.all([
        // One bar more, because the first one may be cut.
        get(`stats?hours=${Math.min(mostHours, hours + stepOf(hours))}`, signal),
        orNothing('subscriptions', 'subscriptions', signal), orNothing('loans', 'loan-openings?top=100', signal), orNothing('loans', `loans?unknown_state=true&top=${mostUnknown}`, signal)]);
      last = { ...stats.answer, subscriptions, openings, unknownLoans, receivedAt: new Date() };
      trouble.replaceChildren();
      content.classList.remove('old');
      freshness.textContent = words.freshness(atSecond(last.receivedAt), number(everySeconds));
      redraw(content, ...draw(last, hours));
    } catch (failure) {
      if (signal.aborted) {
        return;
      }
      const message = failure instanceof Refused ? failure.message : words.unreachable;
      if (!last) {
        content.replaceChildren();
      }
      freshness.textContent = last ? words.oldShort(atSecond(last.receivedAt)) : '';
      content.classList.toggle('old', last !== undefined);
      if (trouble.textContent !== '' && trouble.dataset.message === message) {
        return;
      }
      trouble.dataset.message = message;
      trouble.replaceChildren(h('div', { class: 'alert' },
        h('h2', null, failure instanceof Refused ? words.refused : words.unreachableTitle),
        h('p', null, message),
        last && h('p', null, h('b', null, words.old(atSecond(last.receivedAt))))));
    } finally {
      refreshing = false;
    }
  }

  await repeat(signal, async () => {
    await refresh();
    return everySeconds;
  });
}

// null: not looked at, because the key does not let it; undefined: it could not be had.
async function orNothing(area, path, signal) {
  if (isLeftOut(area)) {
    return null;
  }
  try {
    return (await get(path, signal)).answer;
  } catch (failure) {
    if (signal.aborted || !(failure instanceof Refused)) {
      throw failure;
    }
    return failure.status === 401 ? null : undefined;
  }
}

// Bars of an hour for a day, of three hours for three days and of a day for a week, by the shop's clock. Its hours begin within those of
// UTC, by which the app counts: where the app tells the halves of all of them, a bar has those that are its own; else the whole hours.
function barsOf(stats, hours) {
  const step = stepOf(hours);
  const slots = stats.hours.every((hour) => hour.second_half) ? stats.hours.flatMap(halvesOf) : stats.hours.map((hour) => ({ begin: new Date(hour.hour), length: anHour, ...hour }));
  const bars = [];
  for (const slot of slots.filter((one) => one.begin <= new Date(stats.generated_at))) {
    const at = inZone(slot.begin);
    const key = `${at.day} ${Math.floor(at.hour / step)}`;
    if (bars.at(-1)?.key !== key) {
      bars.push({ key, day: at.day, begin: slot.begin, slots: [] });
    }
    bars.at(-1).slots.push(slot);
  }
  return bars.slice(-hours / step).map(({ begin, day, slots: own }, index, all) => {
    const last = own.at(-1);
    const end = index === all.length - 1 ? new Date(begin.getTime() + step * anHour) : new Date(last.begin.getTime() + last.length);
    // A bar may begin before midnight and end after it.
    const lastDay = inZone(new Date(end.getTime() - 1)).day;
    return {
      short: step === 1 ? atHour(begin) : onDay(begin),
      long: step === 24 ? onDay(begin) : `${onDayAtHour(begin)} ${text.until} ${atHour(end)}`,
      href: `#/settlements?from=${day}&to=${step === 24 ? day : `${lastDay}&hour=${begin.toISOString()}&hours=${(end - begin) / anHour}`}`,
      sum: (pick) => own.reduce((sum, slot) => sum + (pick(slot) ?? 0), 0),
    };
  });
}

const anHour = 3_600_000;
const stepOf = (hours) => (hours > 72 ? 24 : hours > 24 ? 3 : 1);

function halvesOf(hour) {
  const begin = new Date(hour.hour);
  const second = hour.second_half;
  const less = (whole, part) => typeof whole === 'number' ? whole - part : Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, value - part[name]]));
  return [
    { begin, length: anHour / 2, ...Object.fromEntries(Object.entries(second).map(([name, part]) => [name, less(hour[name], part)])) },
    { begin: new Date(begin.getTime() + anHour / 2), length: anHour / 2, ...second }];
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

function seriesOf(bars, name, color, pick, pickSum) {
  const values = bars.map((bar) => bar.sum(pick));
  const sums = pickSum && bars.map((bar) => bar.sum(pickSum));
  return {
    name, color, values,
    told: (bar) => {
      const [count, sum] = bar === null ? [total(values), sums && total(sums)] : [values[bar], sums?.[bar]];
      return sum ? `${number(count)} (${toman(sum)})` : number(count);
    },
  };
}

function asTable(name, title, bars, series) {
  const rows = bars.map((bar, index) => ({ bar, index })).filter(({ index }) => series.some((one) => one.values[index] > 0));
  return h('details', { id: `${name}-table` },
    h('summary', { id: `${name}-summary` }, words.asTable),
    rows.length === 0 ? h('p', { class: 'muted' }, words.nothing) : table({
      caption: title, className: 'compact',
      columns: [{ title: words.time }, ...series.map((one) => ({ title: one.name, className: 'number' }))],
      rows: rows.map(({ bar, index }) => [
        bar.href && name === 'settlements' ? h('a', { href: bar.href, id: `bar-${index}` }, bar.long) : bar.long, ...series.map((one) => number(one.values[index]))]),
    }));
}

function draw(stats, hours) {
  const now = new Date(stats.generated_at);
  const bars = barsOf(stats, hours);
  const hasSums = stats.hours.some((hour) => hour.sums);
  const settlements = outcomes.map((outcome) => seriesOf(
    bars, text.settlement.status[outcome], `is-${outcome}`, (hour) => hour.settlements[outcome], hasSums && ((hour) => hour.sums?.[outcome])));
  const callbacks = [
    seriesOf(bars, words.callbacks, 'is-callback', (hour) => hour.callbacks - hour.conflicts),
    seriesOf(bars, words.conflicts, 'is-failed', (hour) => hour.conflicts),
    seriesOf(bars, words.refusedCallbacks, 'is-needs_review', (hour) => hour.refused_callbacks),
  ];
  const { time_to_settle: time } = stats;
  return [
    moneyOf(stats, settlements, bars),
    alertsOf(stats, now),
    section(words.settlements,
      stackedBars({ bars, series: settlements }),
      h('p', { class: 'muted' }, time.count ? words.pace(span(time.median_seconds), span(time.p95_seconds)) : words.noPace, ' ', words.openBar),
      asTable('settlements', words.settlements, bars, settlements)),
    h('div', { class: 'thirds' },
      section(words.waiting, table({
        caption: words.waiting, className: 'compact',
        columns: [{ title: words.status }, { title: words.count, className: 'number' }, { title: words.oldest, className: 'end' }],
        rows: Object.entries(stats.waiting).map(([status, { count, oldest_at: oldest }]) => [
          h('a', { href: `#/settlements?status=${status}`, id: `waiting-${status}`, class: status === 'needs_review' && count ? 'urgent' : null }, text.settlement.status[status] ?? status),
          number(count), oldest ? since(oldest, now) : '–']),
      })),
      section(words.loans, loansOf(stats)),
      section(words.machine, h('dl', { class: 'facts' },
        Object.entries(stats.tokens).map(([gateway, token]) => fact(words.token(words.gateway[gateway]), h('span', { class: tokenTrouble(token, now) ? 'urgent' : null }, lifeOf(token, now)))),
        stats.queues.map((queue) => fact(sentence(words.queue, h('bdi', null, queue.name)), [words.messages(number(queue.messages)), queue.poison > 0 && [text.comma, h('span', { class: 'urgent' }, words.poison(number(queue.poison)))]]))))),
    section(words.callbacksTitle, stackedBars({ bars: bars.map((bar) => ({ ...bar, href: undefined })), series: callbacks }), asTable('callbacks', words.callbacksTitle, bars, callbacks)),
  ];
}

const fact = (name, value) => h('div', null, h('dt', null, name), h('dd', null, value));

// Today's money first; where the app does not tell sums, the numbers of the span and nothing that looks like money.
function moneyOf(stats, settlements, bars) {
  const { today, yesterday, same_weekday_last_week: lastWeek } = stats.days ?? {};
  const accepted = total(bars.map((bar) => bar.sum((hour) => hour.settlements.accepted)));
  if (!today?.sums) {
    return h('dl', { class: 'hero' }, figure(words.accepted, number(accepted)), settlements.map((one) => figure(one.name, number(total(one.values)))));
  }
  return h('div', { class: 'money-first' },
    h('div', { class: 'today' },
      h('p', { class: 'label' }, words.settledToday),
      h('p', { class: 'amount' }, money(today.sums.settled)),
      h('p', { class: 'muted' }, words.salesToday(number(today.settlements.settled)),
        yesterday?.sums && [h('br'), sentence(words.yesterday, money(yesterday.sums.settled))],
        lastWeek?.sums && [h('br'), sentence(words.lastWeek, money(lastWeek.sums.settled))])),
    h('dl', { class: 'outcomes' },
      ['accepted', 'rejected', 'failed', 'needs_review'].map((outcome) => h('div', { class: outcome === 'needs_review' && today.settlements.needs_review ? 'urgent' : null },
        h('dt', null, outcome === 'accepted' ? words.accepted : text.settlement.status[outcome]),
        h('dd', null, money(today.sums[outcome] ?? 0), h('span', { class: 'muted' }, words.sales(number(today.settlements[outcome] ?? 0))))))),
    knownBy(stats, bars));
}

// Baloan's word, what the credit told and what people decided, over the span that is shown.
function knownBy(stats, bars) {
  if (!stats.hours.some((hour) => hour.known_by)) {
    return null;
  }
  return h('p', { class: 'known muted' }, words.knownBy, ' ', ['baloan', 'credit', 'person'].map((by, index) =>
    [index > 0 && text.comma, `${text.settlement.knownBy[by]}: `, h('b', null, number(total(bars.map((bar) => bar.sum((hour) => hour.known_by?.[by])))))]));
}

const figure = (name, value) => h('div', null, h('dt', null, name), h('dd', null, value));

// The counters know known states alone; the others are few, and counted by their list.
function loansOf({ loans, unknownLoans }) {
  const unknown = unknownLoans?.items?.length ?? 0;
  const largest = Math.max(1, unknown, ...Object.values(loans));
  return table({
    caption: words.loans, className: 'compact',
    columns: [{ title: words.state }, { title: words.count, className: 'number' }, { title: words.share, className: 'share' }],
    rows: [
      ...Object.entries(loans).map(([state, count]) => [
        h('a', { href: `#/loans?state=${state}`, id: `loans-${state}` }, text.loan.state[state] ?? state), number(count), share(count / largest)]),
      ...unknown ? [[
        h('a', { href: '#/loans?unknown_state=true', id: 'loans-unknown' }, text.loan.unknownState),
        unknownLoans.continuation ? words.orMore(number(unknown)) : number(unknown), share(unknown / largest)]] : []],
  });
}

// Whether it is set up is not known (null) where Key Vault does not answer.
const lifeOf = (token, now) => token.configured === false ? words.notConfigured
  : !token.expires_at ? token.configured ? words.noToken : words.notKnown
    : new Date(token.expires_at) <= now ? words.expired : words.life(span((new Date(token.expires_at) - now) / 1000));
