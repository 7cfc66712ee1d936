// Watching what is contacted: a mail server that notes what it hears, and a door before a bridge that notes its tunnels.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A server on a port that the system chooses, with its connections. */
class Watched {
  #server;
  #sockets = new Set();

  async listen(serve) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
      serve(socket);
    }).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
  }

  /** Connections that are open now. */
  get open() {
    return this.#sockets.size;
  }

  async end() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A POP3 server with one message that takes every password, without TLS. */
export class Listener extends Watched {
  connections = 0;
  lines = [];

  static async start() {
    const listener = new Listener();
    await listener.listen((socket) => listener.#serve(socket));
    return listener;
  }

  forget() {
    this.connections = 0;
    this.lines = [];
  }

  #serve(socket) {
    this.connections += 1;
    socket.write('+OK ready\r\n');
    let text = '';
    socket.on('data', (piece) => {
      text += piece;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        this.lines.push(line);
        socket.write(answer(line));
        if (line === 'QUIT') socket.end();
      }
    });
  }
}

function answer(line) {
  switch (line.split(' ')[0]) {
    case 'CAPA': return '+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n';
    case 'STAT': return '+OK 1 60\r\n';
    case 'LIST': return '+OK\r\n1 60\r\n.\r\n';
    case 'UIDL': return '+OK\r\n1 one\r\n.\r\n';
    case 'TOP': return '+OK\r\nFrom: a@mail.example\r\nSubject: Here\r\n\r\nText\r\n.\r\n';
    default: return '+OK\r\n';
  }
}

/** Passes everything on to a bridge, and notes when a tunnel begins and ends. */
export class Door extends Watched {
  tunnels = [];

  static async start(bridge) {
    const door = new Door();
    await door.listen((socket) => door.#pass(socket, Number(bridge.port)));
    door.url = `http://127.0.0.1:${door.port}/`;
    return door;
  }

  forget() {
    this.tunnels = [];
  }

  #pass(socket, port) {
    const onward = connect(port, '127.0.0.1');
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    socket.on('data', (piece) => {
      if (!piece.includes('GET /tunnel ')) return;
      const tunnel = { over: false, seconds: 0 };
      const began = Date.now();
      this.tunnels.push(tunnel);
      socket.on('close', () => Object.assign(tunnel, { over: true, seconds: (Date.now() - began) / 1000 }));
    });
    socket.pipe(onward).pipe(socket);
  }
}
