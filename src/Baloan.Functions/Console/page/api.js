import { language, text } from './language.js';
import { askForKey, areaOf, isClosed, key, ownKeyFor, proves } from './session.js';

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

export const get = async (path, signal) => jsonOf(await call('GET', path, { signal }));
export const post = async (path, body, headers) => jsonOf(await call('POST', path, { body, headers }));
export const withdraw = async (path) => jsonOf(await call('DELETE', path, {}));
export const file = async (path, type) => new Blob([await (await call('GET', path, {})).arrayBuffer()], { type });

async function jsonOf(response) {
  return { answer: response.status === 204 ? null : await response.json().catch(() => { throw new Refused(response.status); }), retryAfter: Number(response.headers.get('Retry-After')) || 2 };
}

// The answer of a call under the reader's key; asks for a key where the app wants one.
async function call(method, path, { body, headers, signal }) {
  const area = areaOf(method, path);
  const url = new URL(path, base);
  while (true) {
    const sent = key();
    const own = ownKeyFor(area);
    if (isClosed(area)) {
      throw Object.assign(new Refused(401, { detail: sent === null ? text.key.needed : text.key.notAllowed }), { area });
    }
    let response;
    try {
      response = await send(method, url, sent, {
        body, headers: own === null ? headers : { ...headers, 'x-baloan-key': own },
        signal: method === 'GET' ? AbortSignal.any([AbortSignal.timeout(30_000), ...(signal ? [signal] : [])]) : undefined,
      });
    } catch (failure) {
      if (signal?.aborted) {
        throw failure;
      }
      throw new Unreachable();
    }
    if (response.ok) {
      proves(sent);
      return response;
    }
    const problem = await response.json().catch(() => null);
    const isOwn = problem?.code === 'own_key_required';
    if (response.status !== 401 || isOwn) {
      proves(sent);
    }
    if (response.status === 401) {
      // Somebody else may have given a key meanwhile.
      if (key() === sent && ownKeyFor(area) === own) {
        await askForKey(area, sent, isOwn);
      }
      continue;
    }
    throw new Refused(response.status, problem, Number(response.headers.get('Retry-After')) || undefined);
  }
}

function send(method, url, under, { body, headers, signal }) {
  const isForm = body instanceof FormData;
  return fetch(url, {
    method, cache: 'no-store', redirect: 'error', signal,
    headers: { 'Accept-Language': language, ...(under === null ? {} : { 'x-functions-key': under }), ...(body && !isForm ? { 'Content-Type': 'application/json' } : {}), ...headers },
    body: isForm || !body ? body : JSON.stringify(body),
  });
}

// Whether the app takes a key for one of the reader's areas; it changes nothing.
export async function takes(path, candidate) {
  const response = await send('GET', new URL(path, base), candidate, {}).catch(() => { throw new Unreachable(); });
  return response.status !== 401;
}
