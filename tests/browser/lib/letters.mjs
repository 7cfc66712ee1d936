// Letters that a reader is judged by: what their text is set in, what deceives in them, what is attached to them.
import { deflateSync, crc32 } from 'node:zlib';

const lines = (...all) => `${all.join('\r\n')}\r\n`;

const WRAPPED = [
  'Thank you for the scans. They came out better than I had hoped, and the',
  'plan of 1911 is the largest of them: two sheets, glued together, and in a',
  'corner of the third a note in pencil that nobody here can read any more.',
];

const quoted = (depth, words) => words.map((line) => `${'>'.repeat(depth)}${line ? ` ${line}` : ''}`);

const EVENT = lines(
  'BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:1@brendan.example', 'DTSTART;TZID=Europe/Madrid:20261127T193000',
  'DTEND;TZID=Europe/Madrid:20261127T213000', 'SUMMARY:Choir rehearsal\\, with scans', 'LOCATION:Room 4\\, entrance from the courtyard',
  'RRULE:FREQ=WEEKLY', 'ORGANIZER;CN=Choir of St. Brendan:mailto:choir@brendan.example', 'ATTENDEE;CN=You:mailto:you@example.org',
  'ATTENDEE;CN=Jonas Okafor:mailto:jonas@archive.example', 'END:VEVENT', 'END:VCALENDAR',
);

/** A picture of one colour. */
function png(width, height, [red, green, blue]) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.from([0, ...Array.from({ length: width }, () => [red, green, blue]).flat()]);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** The pictures of "Nothing but pictures", by name. */
export const PICTURES = { 'quay.png': png(640, 400, [47, 75, 143]), 'harbour.png': png(300, 500, [44, 110, 73]) };

const picture = ([name, bytes]) => ['--b', `Content-Type: image/png; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`,
  'Content-Transfer-Encoding: base64', '', bytes.toString('base64').replace(/.{76}/g, '$&\r\n')];

/** Subject to what `deliver` takes. */
export const LETTERS = {
  'Seats and prices': {
    from: 'Box office <box@theatre.example>',
    headers: ['Content-Type: text/html; charset=utf-8', 'Date: Mon, 2 Mar 2015 10:00:00 +0000'],
    text: lines('<table><tr><td>Seats: seven</td><td>Row F</td></tr><tr><td>Frames, large</td><td>418.00</td></tr></table>', `<p>${'A long sentence that goes on. '.repeat(9)}</p>`),
  },

  'موعد العشاء': { from: 'الأستاذ الأمين <amin@mail.example>', headers: ['Content-Type: text/plain; charset=utf-8'], text: lines('نلتقي يوم الجمعة في الثامنة.') },

  'Wrapped, quoted, drawn': {
    from: 'Jonas Okafor <jonas@archive.example>',
    text: lines(
      ...WRAPPED, '', 'Sheet      Year   Scale', '---------  -----  -----', 'Harbour     1911  1:500', 'Quay        1911  1:200', '',
      '+-------+      +------+', '| north | ---> | quay |', '+-------+      +------+', '', 'Jonas Okafor', 'Archive of the town', 'Harbour Street 12', '',
      'On Monday, Ana wrote:', ...quoted(1, ['', ...WRAPPED, '', 'Could you have a look?', '']), ...quoted(2, ['', ...WRAPPED, '', 'And this as well.', '']),
      ...quoted(1, ['', 'Ana']), '', '-- ', 'Jonas',
    ),
  },

  'Confirm your account': {
    from: '"service@bank.example" <x91@mailer.other.example>',
    headers: ['Content-Type: text/html; charset=utf-8'],
    text: lines('<style>a { display: none !important }</style>', '<p>Please sign in at <a href="https://login.other.example/x?bank.example">www.bank.example/login</a>.</p>',
      '<p><a href="https://other.example/help">Get help</a></p>'),
  },

  'Where it leads': { text: lines('Sign in at https://bank.example@other.example/login or at https://plain.example/x.') },

  'Invitation: choir rehearsal': {
    from: 'Choir of St. Brendan <choir@brendan.example>',
    headers: ['MIME-Version: 1.0', 'Content-Type: multipart/alternative; boundary=b'],
    text: lines('--b', 'Content-Type: text/plain', '', 'Please come.', '--b', 'Content-Type: text/calendar; method=REQUEST', '', EVENT, '--b--'),
  },

  'Nothing but pictures': {
    from: 'Ana Beltrán <ana@mail.example>',
    headers: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b'],
    text: lines('--b', 'Content-Type: text/html', '', '<html><body><br></body></html>', ...Object.entries(PICTURES).flatMap(picture), '--b--'),
  },
};
