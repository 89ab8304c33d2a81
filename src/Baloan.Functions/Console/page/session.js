// Who is at the console: the name (kept in this browser), the key (kept in this tab), and the lock.
import { config } from './config.js';
import { text } from './language.js';
import { announce, h } from './dom.js';
import { takes } from './api.js';

const keptName = 'baloan-console-name';
const keptKey = 'baloan-console-key';
const keptOwnKeys = 'baloan-console-own-keys';
const keptClosed = 'baloan-console-closed';

export const nameOf = () => localStorage.getItem(keptName) ?? '';
export const keepName = (name) => name.trim() ? localStorage.setItem(keptName, name.trim()) : localStorage.removeItem(keptName);

const ownKeys = JSON.parse(sessionStorage.getItem(keptOwnKeys) ?? '{}');
const closed = new Set(JSON.parse(sessionStorage.getItem(keptClosed) ?? '[]'));
let locked = null;

// What a call belongs to. An owner may want a key of its own for the ones that decide or give out books.
export function areaOf(method, path) {
  const [first, second] = path.split(/[/?]/);
  return path.endsWith('/resolve') ? 'decisions'
    : path.startsWith('merchant/reconciliations') ? 'reconciliation'
      : path.startsWith('merchant/settlements.csv') ? 'export'
        : first === 'loans' || first === 'loan-policies' || first === 'loan-openings' ? 'loans'
          : first === 'merchant' ? (method === 'GET' && /^merchant\/settlements(\?|$)/.test(path) ? 'settlements' : second === 'settlements' && method === 'GET' ? 'settlement' : 'counter')
            : first;
}

// What can be asked without changing anything, to learn what a key lets.
const probes = { stats: 'stats?hours=1', settlements: 'merchant/settlements?top=1', settlement: 'merchant/settlements/none', loans: 'loans?top=1', subscriptions: 'subscriptions' };

export const hasKey = () => sessionStorage.getItem(keptKey) !== null;
export const key = () => sessionStorage.getItem(keptKey);
// What a function asks for besides the key, where the owner gave it one of its own.
export const ownKeyFor = (area) => ownKeys[area] ?? null;
// Not asked again after the reader said no, or the app.
export const isClosed = (area) => locked !== null || closed.has(area) || (closed.has('all') && !hasKey());

export const isLeftOut = (area) => hasKey() && closed.has(area);

function close(area) {
  closed.add(area);
  keep();
}

function keep() {
  sessionStorage.setItem(keptClosed, JSON.stringify([...closed]));
  sessionStorage.setItem(keptOwnKeys, JSON.stringify(ownKeys));
  dispatchEvent(new Event('sessionchanged'));
}

export function leave() {
  for (const name of [keptKey, keptOwnKeys, keptClosed]) {
    sessionStorage.removeItem(name);
  }
  location.reload();
}

// Gives the reader the question for a key again.
export function reopen(area) {
  if (!closed.delete(area)) {
    closed.delete('all');
  } else if (ownKeys[area] === undefined && !wantsOwn.has(area)) {
    // The key that is there does not let it: another one is asked for.
    sessionStorage.removeItem(keptKey);
    proven = false;
  }
  keep();
  dispatchEvent(new Event('hashchange'));
}

let asking;

// One question for all calls that need it. refused: the key that was sent; isOwn: whether it is the function's own that is missing or wrong.
export function askForKey(area, refused, isOwn) {
  if (!isOwn && proven && refused !== null) {
    close(area);
    return undefined;
  }
  asking ??= question(area, refused, isOwn).finally(() => { asking = undefined; });
  return asking;
}

const wantsOwn = new Set();

// Whether the tab's key is known to be one of the app's.
let proven = false;

export function proves(key) {
  proven ||= key !== null && key === sessionStorage.getItem(keptKey);
}

async function question(area, refused, isOwn) {
  if (isOwn) {
    wantsOwn.add(area);
  }
  const given = await keyDialog({
    title: isOwn ? text.key.ownTitle : text.key.title, hint: isOwn ? text.key.ownHint : text.key.hint,
    fault: (isOwn ? ownKeys[area] : refused) ? text.key.wrong : '',
    accept: async (key) => {
      if (isOwn) {
        ownKeys[area] = key;
        keep();
        return '';
      }
      const lets = Object.fromEntries(await Promise.all(Object.entries(probes).map(async ([name, path]) => [name, await takes(path, key)])));
      if (!Object.values(lets).some(Boolean)) {
        return text.key.wrong;
      }
      sessionStorage.setItem(keptKey, key);
      proven = true;
      closed.clear();
      Object.keys(lets).filter((name) => !lets[name]).forEach((name) => closed.add(name));
      keep();
      return '';
    },
  });
  if (!given) {
    close(isOwn ? area : 'all');
  }
}

// Asks for a key until accept says nothing against it; false where the reader gave up.
function keyDialog({ title, hint, fault = '', accept, cancel = text.cancel }) {
  return new Promise((given) => {
    const error = h('p', { class: 'field-error', id: 'key-error', role: 'alert' });
    const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, dir: 'ltr', 'aria-describedby': 'key-hint key-error', 'aria-invalid': fault ? 'true' : null });
    const name = h('input', { id: 'key-name', autocomplete: 'name', maxlength: '100', value: nameOf() });
    const use = h('button', { class: 'primary' }, text.key.use);
    let outcome = false;
    const dialog = h('dialog', { 'aria-labelledby': 'key-title', onclose: () => { dialog.remove(); given(outcome); } },
      h('form', {
        method: 'dialog',
        onsubmit: async (event) => {
          event.preventDefault();
          const key = input.value.trim();
          // Nothing else can be a key, or be sent in a header.
          use.disabled = true;
          const wrong = /^[!-~][ -~]*$/.test(key) ? await accept(key).catch((failure) => failure.message) : text.key.wrong;
          use.disabled = false;
          error.textContent = wrong;
          if (!wrong) {
            keepName(name.value);
            outcome = true;
            dialog.close();
            dispatchEvent(new Event('sessionchanged'));
          }
        },
      },
      h('h2', { id: 'key-title' }, title), h('p', { id: 'key-hint' }, hint),
      h('div', { class: 'field' }, h('label', { for: 'key' }, text.key.label), input, error),
      h('div', { class: 'field' }, h('label', { for: 'key-name' }, text.session.name), name, h('p', { class: 'muted hint' }, text.session.nameHint)),
      h('div', { class: 'actions' }, use, cancel && h('button', { type: 'button', onclick: () => dialog.close() }, cancel))));
    if (!cancel) {
      dialog.addEventListener('cancel', (event) => event.preventDefault());
    }
    document.body.append(dialog);
    dialog.showModal();
    error.textContent = fault;
  });
}

// Name, lock and leaving, behind the name in the header.
export function sessionDialog() {
  const name = h('input', { id: 'session-name', autocomplete: 'name', maxlength: '100', value: nameOf() });
  const dialog = h('dialog', { 'aria-labelledby': 'session-title', onclose: () => dialog.remove() },
    h('form', {
      method: 'dialog',
      onsubmit: () => {
        keepName(name.value);
        dispatchEvent(new Event('sessionchanged'));
      },
    },
    h('h2', { id: 'session-title' }, text.session.title),
    h('div', { class: 'field' }, h('label', { for: 'session-name' }, text.session.name), name, h('p', { class: 'muted hint' }, text.session.nameHint)),
    h('div', { class: 'actions' },
      h('button', { class: 'primary' }, text.save),
      hasKey() ? [
        h('button', { type: 'button', onclick: () => { dialog.close(); lock(); } }, text.session.lock),
        h('button', { type: 'button', onclick: leave }, text.key.forget)]
        : closed.has('all') && h('button', { type: 'button', onclick: () => { dialog.close(); reopen('all'); } }, text.key.enter),
      h('button', { type: 'button', onclick: () => dialog.close() }, text.cancel))));
  document.body.append(dialog);
  dialog.showModal();
}

// Hides the page and drops the key, and keeps what was typed, until somebody gives the key.
export async function lock() {
  if (locked !== null || !hasKey()) {
    return;
  }
  locked = sessionStorage.getItem(keptKey);
  sessionStorage.removeItem(keptKey);
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  document.body.classList.add('locked');
  announce(text.session.locked);
  await keyDialog({
    title: text.session.locked, hint: text.session.lockedHint, cancel: null,
    accept: async (key) => {
      if (key !== locked) {
        return text.session.otherKey;
      }
      sessionStorage.setItem(keptKey, key);
      locked = null;
      return '';
    },
  });
  document.body.classList.remove('locked');
  dispatchEvent(new Event('unlocked'));
}

let lastUsed = Date.now();

for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchstart']) {
  addEventListener(kind, () => { lastUsed = Date.now(); }, { passive: true, capture: true });
}

if (config.lockAfterMinutes > 0) {
  const look = () => Date.now() - lastUsed > config.lockAfterMinutes * 60_000 && lock();
  setInterval(look, 5_000);
  addEventListener('visibilitychange', look);
}
