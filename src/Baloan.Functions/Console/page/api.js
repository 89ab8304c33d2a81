import { language, text } from './language.js';
import { h } from './dom.js';

const kept = 'baloan-console-key';
const base = new URL('../', import.meta.url);

// The app answered, but not what was asked for.
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? text.api.refused(status));
    this.status = status;
    this.code = problem?.code;
    this.errors = problem?.errors ?? {};
    this.retryAfter = retryAfter;
  }
}

// The app did not answer.
export class Unreachable extends Error {
  constructor() {
    super(text.api.unreachable);
  }
}

export const hasKey = () => sessionStorage.getItem(kept) !== null;

export function forgetKey() {
  sessionStorage.removeItem(kept);
  location.reload();
}

export const get = (path, signal) => call('GET', path, { signal });
export const post = (path, body) => call('POST', path, { body });

async function call(method, path, { body, signal }) {
  while (true) {
    const key = sessionStorage.getItem(kept);
    const headers = { 'Accept-Language': language };
    if (key !== null) {
      headers['x-functions-key'] = key;
    }
    const isForm = body instanceof FormData;
    if (body && !isForm) {
      headers['Content-Type'] = 'application/json';
    }

    let response;
    let content;
    try {
      response = await fetch(new URL(path, base), {
        method, headers, body: isForm || !body ? body : JSON.stringify(body), cache: 'no-store', redirect: 'error',
        signal: method === 'GET' ? AbortSignal.any([AbortSignal.timeout(30_000), ...(signal ? [signal] : [])]) : undefined,
      });
      content = await response.text();
    } catch (failure) {
      if (signal?.aborted) {
        throw failure;
      }
      throw new Unreachable();
    }

    if (response.status === 401) {
      // Somebody else may have given a key meanwhile.
      if (sessionStorage.getItem(kept) === key && !(await askForKey(key !== null))) {
        throw new Refused(401, { detail: text.key.needed });
      }
      continue;
    }

    let answer;
    try {
      answer = JSON.parse(content);
    } catch {
      throw new Refused(response.status);
    }
    if (!response.ok) {
      throw new Refused(response.status, answer, Number(response.headers.get('Retry-After')) || undefined);
    }
    return { answer, retryAfter: Number(response.headers.get('Retry-After')) || 2 };
  }
}

let asking;

// One question for all calls that need the key; true when one was given.
function askForKey(wasWrong) {
  asking ??= new Promise((given) => {
    const error = h('p', { class: 'field-error', id: 'key-error', role: 'alert' });
    const input = h('input', {
      id: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, dir: 'ltr', 'aria-describedby': 'key-hint key-error', 'aria-invalid': wasWrong ? 'true' : null,
    });
    let outcome = false;
    const dialog = h('dialog', { class: 'card', 'aria-labelledby': 'key-title', onclose: () => { dialog.remove(); asking = undefined; given(outcome); } },
      h('form', {
        method: 'dialog',
        onsubmit: (event) => {
          event.preventDefault();
          const key = input.value.trim();
          // Nothing else can be a key, or be sent in a header.
          if (!/^[!-~][ -~]*$/.test(key)) {
            error.textContent = text.key.wrong;
            return;
          }
          sessionStorage.setItem(kept, key);
          dispatchEvent(new Event('keygiven'));
          outcome = true;
          dialog.close();
        },
      },
      h('h2', { id: 'key-title' }, text.key.title),
      h('p', { id: 'key-hint' }, text.key.hint),
      h('label', { for: 'key' }, text.key.label),
      input,
      error,
      h('div', { class: 'actions' },
        h('button', { class: 'primary' }, text.key.use),
        h('button', { type: 'button', onclick: () => dialog.close() }, text.cancel))));
    document.body.append(dialog);
    dialog.showModal();
    if (wasWrong) {
      error.textContent = text.key.wrong;
    }
  });
  return asking;
}
