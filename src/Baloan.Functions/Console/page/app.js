import { isPersian, switchLanguage, text } from './language.js';
import { h, show } from './dom.js';
import { forgetKey, hasKey } from './api.js';
import { overview } from './overview.js';
import { settlement, settlements } from './settlements.js';
import { loan, loans } from './loans.js';
import { counter } from './counter.js';

const places = { '': overview, settlements, 'settlements/': settlement, loans, 'loans/': loan, counter, 'counter/': counter };
const links = [['', text.nav.overview], ['settlements', text.nav.settlements], ['loans', text.nav.loans], ['counter', text.nav.counter]];

const main = h('main', { id: 'main' });
const navigation = h('nav', { 'aria-label': text.nav.label }, links.map(([place, name]) => h('a', { href: `#/${place}` }, name)));
const keyButton = h('button', { type: 'button', class: 'quiet', hidden: !hasKey(), onclick: forgetKey }, text.key.forget);

document.body.append(
  h('a', {
    class: 'skip', href: '#main',
    onclick: (event) => {
      event.preventDefault();
      document.getElementById('title')?.focus();
    },
  }, text.nav.skip),
  h('header', null,
    h('a', { class: 'brand', href: '#/' }, h('img', { src: 'console/icon.svg', alt: '', width: '24', height: '24' }), text.name),
    navigation,
    h('div', { class: 'tools' },
      keyButton,
      h('button', { type: 'button', class: 'quiet other-language', lang: isPersian ? 'en' : 'fa', onclick: switchLanguage }, isPersian ? 'English' : 'فارسی'))),
  main,
  h('div', { id: 'announcement', class: 'visually-hidden', role: 'status' }));

let leaving;

async function go(isFirst) {
  leaving?.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [place, ...rest] = path.split('/');
  for (const link of navigation.children) {
    link.hash === `#/${place}` ? link.setAttribute('aria-current', 'page') : link.removeAttribute('aria-current');
  }
  let view = places[rest.length ? `${place}/` : place];
  let argument;
  try {
    argument = decodeURIComponent(rest.join('/'));
  } catch {
    view = undefined;
  }
  if (view) {
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

addEventListener('hashchange', () => go(false));
addEventListener('keygiven', () => { keyButton.hidden = false; });
go(true);
