// The files of a ZIP, by its central directory (APPNOTE.TXT, sections 4.3.12 and 4.3.16): stored without compression, as the
// page writes them.
import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';

/** Name to bytes; fails where a name comes twice, or the bytes are not those of the checksum. */
export function unzip(bytes) {
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  assert.ok(end >= 0, 'the ZIP has no end');
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    assert.equal(bytes.toString('latin1', at, at + 4), 'PK\x01\x02');
    assert.equal(bytes.readUInt16LE(at + 10), 0, 'stored');
    const [sum, octets] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 24)];
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const called = bytes.toString('utf8', at + 46, at + 46 + name);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(from, from + octets);
    assert.equal(crc32(content), sum, `${called} is damaged`);
    assert.ok(!files.has(called), `${called} comes twice`);
    files.set(called, content);
    at += 46 + name + extra + comment;
  }
  return files;
}
