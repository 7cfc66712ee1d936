// A name server of the tests': SRV and A records over UDP, and the questions it was asked.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TYPES = { 1: 'A', 33: 'SRV' };

/** The octets of a name (RFC 1035, section 3.1). */
const encoded = (name) => Buffer.concat([...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])]);

const number = (...values) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));

export class NameServer {
  #socket = createSocket('udp4');
  asked = [];

  /** `records`: `'A pop.example.org'` to an address, `'SRV _pop3s._tcp.example.org'` to `[port, target]`. */
  constructor(records) {
    this.#socket.on('message', (question, { port, address }) => {
      let at = 12;
      const labels = [];
      for (; question[at]; at += 1 + question[at]) labels.push(question.toString('latin1', at + 1, at + 1 + question[at]));
      const asked = `${TYPES[question.readUInt16BE(at + 1)]} ${labels.join('.').toLowerCase()}`;
      this.asked.push(asked);
      const record = records[asked];
      const data = Array.isArray(record) ? Buffer.concat([number(0, 0, record[0]), encoded(record[1])]) : Buffer.from(record?.split('.') ?? []);
      // A name that has something else has no such record; every other one is unknown.
      const known = Object.keys(records).some((key) => key.endsWith(` ${labels.join('.').toLowerCase()}`));
      const head = Buffer.concat([question.subarray(0, 2), number(known ? 0x8180 : 0x8183, 1, record ? 1 : 0, 0, 0)]);
      const answer = record ? [number(0xc00c, question.readUInt16BE(at + 1), 1, 0, 60, data.length), data] : [];
      this.#socket.send(Buffer.concat([head, question.subarray(12, at + 5), ...answer]), port, address);
    });
  }

  /** Listens on loopback. */
  async listen() {
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
    this.address = `127.0.0.1:${this.#socket.address().port}`;
    return this;
  }

  end() {
    this.#socket.close();
  }
}
