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

// A code, uuid or name, which keeps its own direction whatever is around it.
export const id = (value) => h('bdi', { class: 'id' }, value);

// A sentence with elements in the place of {0}, {1}, …
export function sentence(template, ...parts) {
  return template.split(/\{(\d)\}/).map((piece, index) => (index % 2 ? parts[piece] : piece));
}

// On a narrow screen the rows are cards (see console.css), and roles keep them a table for screen readers.
export function table({ caption, columns, rows, className = '' }) {
  return h('table', { class: className, role: 'table' },
    h('caption', { class: 'visually-hidden' }, caption),
    h('thead', { role: 'rowgroup' },
      h('tr', { role: 'row' }, columns.map((column) => h('th', { scope: 'col', role: 'columnheader', class: column.className }, column.title)))),
    h('tbody', { role: 'rowgroup' },
      rows.map((row) => h('tr', { role: 'row' },
        row.map((cell, index) => index === 0
          ? h('th', { scope: 'row', role: 'rowheader', class: columns[index].className }, cell)
          : h('td', { role: 'cell', class: columns[index].className, 'data-title': columns[index].title }, cell))))));
}

export const facts = (pairs) => h('dl', { class: 'facts' },
  pairs.filter((pair) => pair).map(([term, value]) => h('div', null, h('dt', null, term), h('dd', null, value))));

// Fills the page of a route. The title is what gets the focus on a change of route.
export function show(main, title, ...content) {
  document.title = `${typeof title === 'string' ? title : title.textContent} · Baloan`;
  main.replaceChildren(h('h1', { tabindex: '-1', id: 'title' }, title), ...content.flat(Infinity).filter((one) => one));
}

// Puts new content in place of old and leaves the focus and what was folded out as they were.
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
