import { text } from './language.js';

// Texts, whoever wrote them, become text nodes: nothing here reads markup.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

// Signs that turn or hide text. U+200C and U+200D are Persian's own, and stay.
const turning = /([\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF])/;

// A text of others, in which such signs are seen and do nothing.
export const marked = (value) => String(value).split(turning).map((piece, index) => index % 2 === 0 ? piece
  : h('span', { class: 'mark', title: text.mark }, `U+${piece.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`));

// A code, uuid or name, which keeps its own direction whatever is around it.
export const id = (value) => h('bdi', { class: 'id' }, marked(value));

// A sentence of others: a note, a reason, the name of a file.
export const quoted = (value) => h('bdi', { class: 'words' }, marked(value));

// A sentence with elements in the place of {0}, {1}, …
export function sentence(template, ...parts) {
  return template.split(/\{(\d)\}/).map((piece, index) => (index % 2 ? parts[piece] : piece));
}

// What is copied by a click. In lists it is left out of the order of Tab, which leads from row to row.
export function copying(value, shown, { inList = false } = {}) {
  const button = h('button', {
    type: 'button', class: `copy${shown === undefined ? ' icon' : ''}`, title: text.copy, 'aria-label': shown === undefined ? text.copyOf(value) : null, tabindex: inList ? '-1' : null,
    onclick: async () => {
      await navigator.clipboard.writeText(String(value));
      button.classList.add('copied');
      setTimeout(() => button.classList.remove('copied'), 1500);
      announce(text.copied);
    },
  }, shown);
  return button;
}

// On a narrow screen the rows are cards (see console.css), and roles keep them a table for screen readers.
export function table({ caption, columns, rows, foot, className = '' }) {
  const cells = (row) => row.map((cell, index) => index === 0
    ? h('th', { scope: 'row', role: 'rowheader', class: columns[index].className }, cell)
    : h('td', { role: 'cell', class: columns[index].className, 'data-title': columns[index].name ?? columns[index].title }, cell));
  return h('table', { class: className, role: 'table' },
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', { role: 'rowgroup' },
      h('tr', { role: 'row' }, columns.map((column) => h('th', { scope: 'col', role: 'columnheader', class: column.className, 'aria-sort': column.sorted }, column.title)))),
    h('tbody', { role: 'rowgroup' }, rows.map((row) => h('tr', { role: 'row' }, cells(row)))),
    foot && h('tfoot', { role: 'rowgroup' }, h('tr', { role: 'row' }, cells(foot))));
}

export const facts = (pairs) => h('dl', { class: 'facts' },
  pairs.filter((pair) => pair).map(([term, value]) => h('div', null, h('dt', null, term), h('dd', null, value))));

export const section = (title, ...content) => h('section', { class: 'panel' }, h('h2', null, title), ...content);

// The shape of what comes, while it is on its way: a card of rows, or a detail with its sum beside it.
export const coming = (rows = 5) => h('div', { class: 'panel', 'aria-busy': 'true' }, h('p', { class: 'visually-hidden' }, text.loading), comingRows(rows));

export const comingDetail = () => h('div', { class: 'with-aside', 'aria-busy': 'true' },
  h('div', null, h('p', { class: 'visually-hidden' }, text.loading), h('div', { class: 'verdict' }, comingRows(2)), h('div', { class: 'panel' }, comingRows(4))),
  h('div', { class: 'sale' }, comingRows(5)));

const comingRows = (rows) => Array.from({ length: rows }, () => h('div', { class: 'coming-row', 'aria-hidden': 'true' }));

// Fills the page of a route. The title is what gets the focus on a change of route.
export function show(main, title, ...content) {
  document.title = `${typeof title === 'string' ? title : title.textContent} · Baloan`;
  main.className = '';
  main.replaceChildren(h('h1', { tabindex: '-1', id: 'title' }, title), ...content.flat(Infinity).filter((one) => one));
}

// Puts new content in place of old and leaves the focus, what was folded out and what was typed as they were.
export function redraw(container, ...content) {
  const focused = container.contains(document.activeElement) ? document.activeElement.id : '';
  const open = [...container.querySelectorAll('details[open]')].map((details) => details.id);
  container.replaceChildren(...content.flat(Infinity).filter((one) => one));
  for (const details of container.querySelectorAll('details')) {
    details.open = open.includes(details.id);
  }
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

// Told to screen readers, without moving the focus.
export function announce(message) {
  document.getElementById('announcement').textContent = message;
}

// Asks in a dialog; true where the answer was the first button's.
export function ask({ title, content, go, danger = false, stay = text.cancel }) {
  return new Promise((answered) => {
    let outcome = false;
    const dialog = h('dialog', { 'aria-labelledby': 'ask-title', onclose: () => { dialog.remove(); answered(outcome); } },
      h('h2', { id: 'ask-title' }, title), content,
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: danger ? 'danger' : 'primary', onclick: () => { outcome = true; dialog.close(); } }, go),
        h('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, stay)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Gives a file to the reader to keep.
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Runs the work until the signal ends it; it says in how many seconds to run again, or nothing for never.
// A page that nobody sees asks nothing, and asks at once when it is seen again.
export async function repeat(signal, work) {
  while (!signal.aborted) {
    const seconds = await work();
    if (!seconds || signal.aborted) {
      return;
    }
    await new Promise((done) => {
      const wake = () => {
        if (!document.hidden || signal.aborted) {
          clearTimeout(timer);
          document.removeEventListener('visibilitychange', wake);
          signal.removeEventListener('abort', wake);
          done();
        }
      };
      const timer = setTimeout(wake, seconds * 1000);
      document.addEventListener('visibilitychange', wake);
      signal.addEventListener('abort', wake);
    });
  }
}
