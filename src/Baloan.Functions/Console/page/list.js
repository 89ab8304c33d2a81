// Lists in pages whose filters stand in the address, so that they are there again on the way back, and can be given to others.
import { text } from './language.js';
import { announce, coming, h, redraw, show } from './dom.js';
import { get } from './api.js';
import { number } from './format.js';
import { attempt } from './state.js';

const sizes = [20, 50, 100];
// What identifies a person is kept in this tab, and stands in no address.
const personal = new Map();

// place: the route; choices: chips by the value of param; other: one more, { name, value, label } of a parameter of its own; fields: { name, label, attributes, isPersonal } of what is searched; read: another
// way to get a page; draw(items, link): the table.
export async function list(main, { query, signal }, { place, title, choices, param, fields, path, draw, empty, extra, above, read, other }) {
  const chosen = query.get(param) ?? '';
  const isOther = other !== undefined && query.get(other.name) === other.value;
  const link = (changes) => {
    const wanted = new URLSearchParams(query);
    wanted.delete('after');
    for (const [name, value] of Object.entries(changes)) {
      value ? wanted.set(name, value) : wanted.delete(name);
    }
    return `#/${place}${wanted.size ? `?${wanted}` : ''}`;
  };
  const top = sizes.find((size) => size === Number(query.get('top'))) ?? sizes[0];
  const content = h('div', null, coming(8));
  const valueOf = (name) => personal.get(`${place} ${name}`) ?? query.get(name) ?? '';
  const inputs = fields.map(({ name, attributes }) => h('input', { id: name, name, value: valueOf(name), autocomplete: 'off', spellcheck: 'false', ...attributes }));
  const isFiltered = isOther || [param, ...fields.map((one) => one.name), 'hour'].some(valueOf);

  // Takes what is personal out of the form; true where that changes what is shown.
  function search() {
    return fields.filter((one) => one.isPersonal).map(({ name }) => {
      const before = valueOf(name);
      const value = inputs.find((input) => input.name === name).value.trim();
      value ? personal.set(`${place} ${name}`, value) : personal.delete(`${place} ${name}`);
      return before !== value;
    }).some(Boolean);
  }

  function clear() {
    const hadSome = personal.size > 0;
    personal.clear();
    if (hadSome && location.hash === `#/${place}`) {
      dispatchEvent(new Event('hashchange'));
    }
  }

  show(main, title, above,
    h('nav', { class: 'choices', 'aria-label': text.filter },
      [['', text.all], ...Object.entries(choices)].map(([value, name]) =>
        h('a', { href: link({ [param]: value, ...(other && { [other.name]: '' }) }), 'aria-current': value === chosen && !isOther ? 'true' : null }, name)),
      other && h('a', { href: link({ [param]: '', [other.name]: other.value }), 'aria-current': isOther ? 'true' : null }, other.label)),
    fields.length > 0 && h('form', {
      class: 'find',
      onsubmit: (event) => {
        event.preventDefault();
        const isNew = search();
        const wanted = link({ ...Object.fromEntries(fields.flatMap(({ isPersonal }, index) => (isPersonal ? [] : [[inputs[index].name, inputs[index].value.trim()]]))), hour: '', hours: '' });
        if (isNew && wanted === (location.hash || '#/')) {
          dispatchEvent(new Event('hashchange'));
        }
        location.hash = wanted;
      },
    },
    fields.map(({ label }, index) => h('div', null, h('label', { for: inputs[index].id }, label), inputs[index])),
    h('div', { class: 'actions' }, h('button', null, text.find), isFiltered && h('a', { href: `#/${place}`, id: 'clear', onclick: clear }, text.clear), extra?.(link))),
    content);

  const wanted = new URLSearchParams({ top });
  for (const name of [param, ...fields.map((one) => one.name), ...(isOther ? [other.name] : [])]) {
    if (valueOf(name)) {
      wanted.set(name, valueOf(name));
    }
  }
  if (query.get('after')) {
    wanted.set('continuation', query.get('after'));
  }

  await attempt(content, signal, async () => {
    const { items, continuation, note } = read ? await read(wanted, signal) : (await get(`${path}?${wanted}`, signal)).answer;
    redraw(content,
      note && h('p', { class: 'notice' }, note),
      items.length ? draw(items, link) : h('p', { class: 'empty' }, query.get('after') ? text.noMore : isFiltered ? text.nothingFits : empty),
      h('nav', { class: 'pages', 'aria-label': text.pages },
        h('span', { class: 'sizes' }, text.pageSize, ' ', sizes.map((size) => h('a', { href: link({ top: size === sizes[0] ? '' : String(size) }), 'aria-current': size === top ? 'true' : null }, number(size)))),
        query.get('after') && h('a', { href: link({}) }, text.newest),
        continuation && h('a', { href: link({ after: continuation }), rel: 'next' }, text.older)));
    announce(text.shown(number(items.length)));
  }, Object.fromEntries(fields.map(({ name, label }) => [name, label])));
}
