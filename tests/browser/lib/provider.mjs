// A provider that signs people in (OAuth 2.0): its page, and its token endpoint over TLS. It checks what it is asked as RFC 6749
// and RFC 7636 have it, and its tokens are those that the world's server takes.
import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLIENT = 'restante-tests';

const listening = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const base64url = (text) => Buffer.from(text).toString('base64url');

export class Provider {
  /** Seconds for which its tokens are good. */
  lifetime = 3600;
  /** What it answers instead of tokens. */
  refusal = null;
  /** What it was asked for tokens: the parameters of each form. */
  asked = [];
  #codes = new Map();
  #refreshing = new Set();
  #servers = [];
  #folder = null;

  /** Starts it for a world with tokens. */
  static async start(world) {
    const provider = new Provider();
    provider.world = world;
    const page = http.createServer((request, response) => provider.#page(request, response));
    const { provider_certificate: cert, provider_key: key } = world;
    const tokens = https.createServer({ cert, key }, (request, response) => provider.#token(request, response));
    provider.#servers = [page, tokens];
    provider.authorize = `http://127.0.0.1:${await listening(page)}/authorize`;
    provider.token = `https://127.0.0.1:${await listening(tokens)}/token`;
    return provider;
  }

  /** The file by which an operator sets it up. */
  async file() {
    this.#folder = await mkdtemp(join(tmpdir(), 'restante-provider-'));
    const path = join(this.#folder, 'providers.json');
    await writeFile(path, JSON.stringify([{
      name: 'Postbox', servers: ['127.0.0.1'], authorize: this.authorize, token: this.token, scope: 'mail',
      'client-id': CLIENT, fingerprint: this.world.provider_fingerprint,
    }]));
    return path;
  }

  /** The page at which somebody signs in: agree, or do not. */
  #page(request, response) {
    const { pathname, searchParams: asked } = new URL(request.url, 'http://127.0.0.1');
    if (pathname !== '/authorize') {
      response.writeHead(204).end();
      return;
    }
    const redirect = new URL(asked.get('redirect_uri'));
    const answer = (more) => {
      const back = new URL(redirect);
      for (const [name, value] of Object.entries({ ...more, state: asked.get('state') })) back.searchParams.set(name, value);
      return back.href.replaceAll('&', '&amp;');
    };
    const code = randomUUID();
    this.#codes.set(code, { challenge: asked.get('code_challenge'), redirect: redirect.href });
    assert.deepEqual(
      [asked.get('response_type'), asked.get('client_id'), asked.get('code_challenge_method'), asked.get('scope')],
      ['code', CLIENT, 'S256', 'mail'],
    );
    this.hint = asked.get('login_hint');
    response.setHeader('Content-Type', 'text/html');
    // As providers do: who was opened is cut off from who opened it.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.end(`<!doctype html><html lang="en"><title>Postbox</title><h1>Sign in to Postbox</h1>
      <p><a href="${answer({ code })}">Agree</a> <a href="${answer({ error: 'access_denied' })}">Do not agree</a></p>`);
  }

  #token(request, response) {
    let text = '';
    request.on('data', (piece) => { text += piece; });
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(text));
      this.asked.push(form);
      const [status, answer] = this.refusal ? [400, { error: this.refusal }] : this.#granted(form);
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  }

  #granted(form) {
    if (form.client_id !== CLIENT) return [400, { error: 'invalid_client' }];
    if (form.grant_type === 'authorization_code') {
      const issued = this.#codes.get(form.code);
      this.#codes.delete(form.code);
      const challenge = createHash('sha256').update(form.code_verifier).digest('base64url');
      if (issued?.challenge !== challenge || issued.redirect !== form.redirect_uri) return [400, { error: 'invalid_grant' }];
    } else if (form.grant_type !== 'refresh_token' || !this.#refreshing.delete(form.refresh_token)) {
      return [400, { error: 'invalid_grant' }];
    }
    const refresh = randomUUID();
    this.#refreshing.add(refresh);
    return [200, { access_token: this.#signed(), token_type: 'Bearer', expires_in: this.lifetime, refresh_token: refresh }];
  }

  /** A token for the world's user (RFC 7519). */
  #signed() {
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: this.world.user, iat: now - 60, exp: now + this.lifetime };
    const signed = `${base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))}.${base64url(JSON.stringify(claims))}`;
    return `${signed}.${createHmac('sha256', this.world.token_key).update(signed).digest('base64url')}`;
  }

  async end() {
    if (this.#folder) await rm(this.#folder, { recursive: true });
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}
