import { text } from './language.js';
import { h, id } from './dom.js';

// A labelled input with its hint and its fault. check: what is wrong with a value, '' for nothing.
export function field(name, label, attributes, { hint, check = () => '', tag = 'input', beside } = {}) {
  const error = h('p', { class: 'field-error', id: `${name}-error` });
  const input = h(tag, { id: name, autocomplete: 'off', 'aria-describedby': `${hint ? `${name}-hint ` : ''}${name}-error`, ...attributes });
  const fault = (message) => {
    error.textContent = message;
    message ? input.setAttribute('aria-invalid', 'true') : input.removeAttribute('aria-invalid');
  };
  // A fault that was shown goes as soon as it is mended.
  input.addEventListener('input', () => error.textContent && !check(input.value, input) && fault(''));
  return {
    input, fault,
    element: h('div', { class: 'field' },
      h('label', { for: name }, label), beside ? h('div', { class: 'beside' }, input, beside) : input,
      hint && h('p', { class: 'muted hint', id: `${name}-hint` }, hint), error),
    // Shows what is wrong; true where nothing is.
    holds: () => {
      fault(check(input.value, input));
      return error.textContent === '';
    },
  };
}

// Looks at all of them, and leads to the first that is not right.
export function allHold(fields) {
  const faulty = fields.filter((one) => !one.holds());
  faulty[0]?.input.focus();
  return faulty.length === 0;
}

// What the app says of a request: at the fields that it names, and the rest together. places: field by the API's name.
export function refusal(failure, places, ...more) {
  const others = Object.entries(failure.errors ?? {}).filter(([name, faults]) => {
    places[name]?.fault(faults.join(' '));
    return !places[name];
  });
  return h('div', { class: 'alert' },
    h('p', null, failure.message),
    others.length > 0 && h('ul', null, others.map(([name, faults]) => h('li', null, id(name), ': ', faults.join(' ')))), more);
}

// Keeps a button from being pressed twice while its call is under way.
export async function busy(button, work) {
  if (button.disabled) {
    return;
  }
  button.disabled = true;
  try {
    await work();
  } finally {
    button.disabled = false;
  }
}

// Which form has something typed that would be lost; the page asks before it is left.
let dirty = () => false;

export const isUnsaved = () => dirty();

export function guard(signal, isDirty) {
  dirty = isDirty;
  signal.addEventListener('abort', () => { dirty = () => false; });
}

export const saved = () => { dirty = () => false; };

addEventListener('beforeunload', (event) => {
  if (dirty()) {
    event.preventDefault();
  }
});

export const unsavedQuestion = { title: text.unsaved.title, content: h('p', null, text.unsaved.text), go: text.unsaved.leave, stay: text.unsaved.stay, danger: true };
