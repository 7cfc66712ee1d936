// A line that can be slow, cut and out of order: a TCP proxy of the tests' own.
import { createServer, connect } from 'node:net';

const TICK_MS = 50;

export class Line {
  #server;
  #sockets = new Set();
  #down = false;

  /** A line to a port of this machine. */
  static async to(port) {
    const line = new Line();
    line.rate = Infinity;
    line.#server = createServer((near) => line.#join(near, port));
    await new Promise((done) => line.#server.listen(0, '127.0.0.1', done));
    line.port = line.#server.address().port;
    return line;
  }

  #join(near, port) {
    if (this.#down) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => { near.destroy(); far.destroy(); this.#sockets.delete(socket); });
    }
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', async (bytes) => {
      near.write(bytes);
      // So many bytes a second towards the client.
      if (!Number.isFinite(this.rate)) return;
      far.pause();
      await new Promise((done) => setTimeout(done, Math.max(TICK_MS, (bytes.length / this.rate) * 1000)));
      far.resume();
    });
  }

  /** Cuts every connection. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts every connection and takes no more until it is up again. */
  set down(is) {
    this.#down = is;
    if (is) this.cut();
  }

  async end() {
    this.cut();
    await new Promise((done) => this.#server.close(done));
  }
}
