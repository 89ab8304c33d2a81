import { config } from './config.js';
import { isPersian, switchLanguage, text } from './language.js';
import { ask, h, show } from './dom.js';
import { isLeftOut, nameOf, sessionDialog } from './session.js';
import { isUnsaved, unsavedQuestion } from './fields.js';
import { zoneName } from './format.js';

// Each view is loaded when it is first opened.
const places = {
  '': () => import('./overview.js').then((one) => one.overview),
  counter: () => import('./counter.js').then((one) => one.counter),
  'counter/': () => import('./sale.js').then((one) => one.sale),
  settlements: () => import('./settlements.js').then((one) => one.settlements),
  'settlements/': () => import('./settlement.js').then((one) => one.settlement),
  'receipt/': () => import('./receipt.js').then((one) => one.receipt),
  loans: () => import('./loans.js').then((one) => one.loans),
  'loans/': () => import('./loan.js').then((one) => one.loan),
  'loan-new': () => import('./loan-new.js').then((one) => one.loanNew),
  openings: () => import('./openings.js').then((one) => one.openings),
  reconciliation: () => import('./reconciliation.js').then((one) => one.reconciliation),
  subscriptions: () => import('./subscriptions.js').then((one) => one.subscriptions),
};
// In the order of the menu, each with what a key has to let.
const links = [
  ['', text.nav.overview, 'stats'], ['counter', text.nav.counter, 'counter'], ['settlements', text.nav.settlements, 'settlements'],
  ['reconciliation', text.nav.reconciliation, 'reconciliation'], ['loans', text.nav.loans, 'loans'], ['subscriptions', text.nav.subscriptions, 'subscriptions']];
const parents = { receipt: 'settlements', openings: 'loans', 'loan-new': 'loans' };

const main = h('main', { id: 'main' });
const navigation = h('nav', { 'aria-label': text.nav.label }, links.map(([place, name]) => h('a', { href: `#/${place}` }, name)));
const who = h('button', { type: 'button', class: 'quiet', id: 'who', onclick: sessionDialog });

document.body.append(
  h('a', {
    class: 'skip', href: '#main',
    onclick: (event) => {
      event.preventDefault();
      document.getElementById('title')?.focus();
    },
  }, text.nav.skip),
  h('header', null,
    h('a', { class: 'brand', href: '#/' }, h('img', { src: 'console/icon.svg', alt: '', width: '24', height: '24' }), h('bdi', null, config.shop || text.name)),
    navigation,
    h('div', { class: 'tools' }, who,
      h('button', { type: 'button', class: 'quiet', lang: isPersian ? 'en' : 'fa', onclick: switchLanguage }, isPersian ? 'English' : 'فارسی'))),
  main,
  h('footer', null, text.zone(zoneName(), config.timeZone), ' · ', h('a', { href: 'docs' }, 'API')),
  h('div', { id: 'announcement', class: 'visually-hidden', role: 'status' }));

let leaving;
let shown = location.hash;

async function go(isFirst) {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  shown = location.hash;
  const [path, query = ''] = shown.replace(/^#\/?/, '').split('?');
  const [place, ...rest] = path.split('/');
  for (const link of navigation.children) {
    link.hash === `#/${parents[place] ?? place}` ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  }
  let load = places[rest.length ? `${place}/` : place];
  let argument;
  try {
    argument = decodeURIComponent(rest.join('/'));
  } catch {
    load = undefined;
  }
  if (load) {
    let view;
    try {
      view = await load();
    } catch {
      show(main, text.api.unreachableTitle, h('div', { class: 'alert', role: 'alert' }, h('p', null, text.api.unreachable), h('button', { type: 'button', onclick: () => location.reload() }, text.again)));
      return;
    }
    if (signal.aborted) {
      return;
    }
    const done = view(main, { argument, query: new URLSearchParams(query), signal });
    focusTitle(isFirst);
    await done;
  } else {
    show(main, text.notFound, h('p', null, h('a', { href: '#/' }, text.nav.overview)));
    focusTitle(isFirst);
  }
}

function focusTitle(isFirst) {
  if (!isFirst) {
    scrollTo(0, 0);
    document.getElementById('title')?.focus({ preventScroll: true });
  }
}

// What a key does not let is left out; what is under way says so by itself.
function drawSession() {
  who.textContent = nameOf() || text.session.nobody;
  links.forEach(([, , area], index) => { navigation.children[index].hidden = isLeftOut(area); });
}

addEventListener('hashchange', async () => {
  if (isUnsaved() && location.hash !== shown) {
    const wanted = location.hash;
    history.replaceState(null, '', shown || '#/');
    if (!(await ask(unsavedQuestion))) {
      return;
    }
    history.pushState(null, '', wanted);
  }
  go(false);
});
addEventListener('sessionchanged', drawSession);
addEventListener('unlocked', drawSession);
drawSession();
go(true);
