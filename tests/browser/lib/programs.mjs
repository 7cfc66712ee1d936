// The programs under test and around it: the real `restante`, and the `world` of servers. Each is ended through the
// process that was started here.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
/** Where cargo puts what it builds. */
export const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');

/** The binary under test: RESTANTE_BINARY, or the newest kind of build that is there. */
export function restanteBinary() {
  return found('restante', process.env.RESTANTE_BINARY, join(target, 'release/restante'), join(target, 'debug/restante'));
}

/** Chromium: RESTANTE_CHROMIUM, or where distributions put it. */
export function chromiumBinary() {
  return found('Chromium', process.env.RESTANTE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium');
}

/** Firefox: RESTANTE_FIREFOX, or where distributions put it. */
export function firefoxBinary() {
  return found('Firefox', process.env.RESTANTE_FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox');
}

/** WebKitGTK's WebDriver: RESTANTE_WEBKIT, or where distributions put it. */
export function webkitDriver() {
  return found('WebKitWebDriver', process.env.RESTANTE_WEBKIT, '/usr/bin/WebKitWebDriver');
}

/** The X server without a screen. */
export function xvfb() {
  return found('Xvfb', '/usr/bin/Xvfb');
}

function worldBinary() {
  const beside = process.env.RESTANTE_BINARY && join(dirname(process.env.RESTANTE_BINARY), 'world');
  return found('world', process.env.RESTANTE_WORLD, beside, join(target, 'debug/world'), join(target, 'release/world'));
}

function found(what, ...candidates) {
  const path = candidates.find((candidate) => candidate && existsSync(candidate));
  if (!path) throw new Error(`${what} is not there: run these tests with \`cargo xtask test browser\``);
  return path;
}

/** A started program: its lines of standard output one by one, and its end. */
export class Program {
  #lines;
  #child;
  #errors = '';

  constructor(path, args, options = {}) {
    this.#child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    this.#child.stderr.on('data', (piece) => { this.#errors += piece; });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line; an error with what the program complained about where there is none. */
  async line() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnfile} ended: ${this.#errors}`);
    return value;
  }

  say(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** What it has written to standard error. */
  get errors() {
    return this.#errors;
  }

  /** Ends it and waits: by the end of its standard input, or by a signal to this process and no other. */
  async end(signal) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin.end();
    if (signal) this.#child.kill(signal);
    await gone;
  }
}

/** The servers of tests/src/world.rs. */
export class World {
  #program;

  /** With `tokens` it is one server that takes a provider's tokens. */
  static async start({ crowd = false, tokens = false } = {}) {
    const world = new World();
    world.#program = new Program(worldBinary(), tokens ? ['--tokens'] : crowd ? ['--crowd'] : []);
    Object.assign(world, JSON.parse(await world.#program.line()));
    return world;
  }

  mailbox(name) {
    return this.mailboxes.find((mailbox) => mailbox.name === name);
  }

  fault(name) {
    return this.faults.find((server) => server.fault === name);
  }

  /** Cuts the connections of `lossy_port`. */
  async cut() {
    this.#program.say('cut');
    await this.#program.line();
  }

  /** The submission server whose connection breaks at this moment. */
  breaks(moment) {
    return this.breaking.find((server) => server.moment === moment);
  }

  /** How many letters it has taken. */
  async taken(moment) {
    this.#program.say('taken');
    const taken = JSON.parse(await this.#program.line());
    return taken[this.breaking.findIndex((server) => server.moment === moment)];
  }

  /** The paths the canary was asked for so far. */
  async canarySeen() {
    const answer = await fetch(`http://127.0.0.1:${this.canary_port}/seen`);
    return (await answer.text()).split('\n').filter(Boolean);
  }

  /** By the end of its input: a signal would leave the servers behind that it started. */
  async end() {
    await this.#program.end();
  }
}

/** The scripted dialogues of tests/src/dialogues.rs, each with a server of its own. */
export class Dialogues {
  #program;

  static async start() {
    const dialogues = new Dialogues();
    dialogues.#program = new Program(worldBinary(), ['--dialogues']);
    Object.assign(dialogues, JSON.parse(await dialogues.#program.line()));
    return dialogues;
  }

  async end() {
    await this.#program.end();
  }
}

/** A bridge with the page in it: the real binary. */
export class Bridge {
  #program;

  /**
   * `restante serve` that allows these ports of 127.0.0.1 and localhost, and whatever `allow` says, with more `flags`. With a
   * `port` it comes again where another was.
   */
  static async serve({ ports = [], allow = [], flags: more = [], port = 0 }) {
    const local = ports.length ? ['127.0.0.1', 'localhost'].map((host) => `${host}:${ports.join(',')}`) : [];
    const flags = [...local, ...allow].flatMap((entry) => ['--allow', entry]);
    return Bridge.#start(['serve', '--listen', `127.0.0.1:${port}`, ...flags, ...more]);
  }

  /** `restante demo`. */
  static async demo() {
    return Bridge.#start(['demo', '--listen', '127.0.0.1:0']);
  }

  static async #start(args) {
    const bridge = new Bridge();
    bridge.#program = new Program(restanteBinary(), args);
    const line = await bridge.#program.line();
    const url = line.match(/^Restante is ready: (http:\/\/\S+\/)$/)?.[1];
    if (!url) throw new Error(`restante said ${JSON.stringify(line)}`);
    bridge.url = url;
    return bridge;
  }

  /** The address of its tunnel. */
  get tunnel() {
    return `${this.url.replace(/^http/, 'ws')}tunnel`;
  }

  /** The origin of its page. */
  get origin() {
    return new URL(this.url).origin;
  }

  async end() {
    await this.#program.end('SIGTERM');
  }
}
