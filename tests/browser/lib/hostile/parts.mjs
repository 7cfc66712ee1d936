// Letters that are hostile by what is around their text: parts, encodings, character sets, types and fields of the head. How
// a letter is written is told in ./corpus.mjs. Here one gives its head, its body, and the HTML that a careless reader would
// make of it, where that is not `bad`.

const lines = (...all) => `${all.join('\r\n')}\r\n`;
const base64 = (text, charset = 'utf8') => Buffer.from(text, charset).toString('base64').replace(/.{76}/g, '$&\r\n');
const quoted = (text) => [...Buffer.from(text)].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('').replace(/.{72}/g, '$&=\r\n');

const HTML = 'Content-Type: text/html; charset=utf-8';
const mixed = (body, more = '') => ({ head: [`Content-Type: multipart/mixed; boundary="b"${more}`], body });
const part = (...all) => lines('--b', ...all);
const attached = (type, name, content) => part(`Content-Type: ${type}; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`, '', content);

/** HTML in a character set. */
const inCharset = (name, encode) => ({ bad }) => ({ head: [`Content-Type: text/html; charset=${name}`, 'Content-Transfer-Encoding: base64'], body: base64(encode(bad)) });
const utf16 = (text, big) => { const bytes = Buffer.from(text, 'utf16le'); return big ? bytes.swap16() : bytes; };
const utf7 = (text) => text.replace(/[<>"=:]/g, (character) => `+${utf16(character, true).toString('base64').replace(/=+$/, '')}-`);

const NESTED = {
  'alternatives': ({ bad }) => ({ head: ['Content-Type: multipart/alternative; boundary=b'], body: lines('--b', 'Content-Type: text/plain', '', 'Plain', '--b', HTML, '', bad, '--b--') }),
  'parts that are related': ({ bad, url }) => ({
    head: ['Content-Type: multipart/related; boundary=b; start="<x>"'],
    body: lines('--b', HTML, 'Content-ID: <x>', '', `<img src="cid:y"><iframe src="cid:z"></iframe>${bad}`, '--b', 'Content-Type: image/svg+xml', 'Content-ID: <y>', '',
      `<svg xmlns="http://www.w3.org/2000/svg"><image href="${url}/svg.png"/></svg>`, '--b', HTML, 'Content-ID: <z>', '', bad, '--b--'),
  }),
  'a base by the head': ({ url }) => ({ head: [HTML, `Content-Base: ${url}/`, `Content-Location: ${url}/x/`], body: '<img src="a.png">', html: `<base href="${url}/"><img src="a.png">` }),
  'a place by a part': ({ url }) => ({
    head: ['Content-Type: multipart/related; boundary=b'],
    body: lines('--b', HTML, `Content-Location: ${url}/`, '', '<img src="a.png"><img src="b.svg">', '--b', 'Content-Type: image/svg+xml', `Content-Location: ${url}/b.svg`, '', '<svg/>', '--b--'),
    html: `<base href="${url}/"><img src="a.png">`,
  }),
  'forty levels': ({ bad }) => ({
    head: ['Content-Type: multipart/mixed; boundary=b0'],
    body: `${Array.from({ length: 40 }, (_, at) => lines(`--b${at}`, `Content-Type: multipart/mixed; boundary=b${at + 1}`, '')).join('')}${lines('--b40', HTML, '', bad)}`,
  }),
  'no end': ({ bad }) => mixed(part(HTML, '', bad)),
  'an end within a part': ({ bad }) => mixed(`${part(HTML, '', '<p title="', '--b--', `">${bad}`)}`),
  'a boundary that begins another': ({ bad }) => mixed(lines('--b', 'Content-Type: multipart/mixed; boundary=bb', '', '--bb', HTML, '', bad, '--bb--', '--b--')),
  'a boundary of nothing': ({ bad }) => ({ head: ['Content-Type: multipart/mixed; boundary=""'], body: lines('--', HTML, '', bad, '----') }),
  'no boundary': ({ bad }) => ({ head: ['Content-Type: multipart/mixed'], body: part(HTML, '', bad) }),
  'two boundaries': ({ bad }) => ({ head: ['Content-Type: multipart/mixed; boundary=a; boundary=b'], body: lines('--a', 'Content-Type: text/plain', '', 'x', '--b', HTML, '', bad, '--b--', '--a--') }),
  'a boundary in pieces': ({ bad }) => ({ head: ["Content-Type: multipart/mixed; boundary*0*=utf-8''%62; boundary*1=1"], body: lines('--b1', HTML, '', bad, '--b1--') }),
  'one boundary for two levels': ({ bad }) => mixed(lines('--b', 'Content-Type: multipart/alternative; boundary=b', '', '--b', HTML, '', bad, '--b--', '--b', HTML, '', bad, '--b--')),
  'two types': ({ bad }) => ({ head: ['Content-Type: text/plain', HTML], body: bad }),
  'a part that replaces': ({ bad }) => ({ head: ['Content-Type: multipart/x-mixed-replace; boundary=b'], body: `${part('Content-Type: text/plain', '', 'x')}${part(HTML, '', bad)}` }),
  'a signed letter': ({ bad }) => ({ head: ['Content-Type: multipart/signed; boundary=b; protocol="application/pgp-signature"'], body: lines('--b', HTML, '', bad, '--b', 'Content-Type: application/pgp-signature', '', bad, '--b--') }),
  'HTML around what is encrypted': ({ url }) => mixed(`${part(HTML, '', `<img src="${url}/`)}${part('Content-Type: text/plain', '', 'secret')}${part(HTML, '', '/a.png">')}`),
  'a letter within': ({ bad }) => mixed(part('Content-Type: message/rfc822', '', 'Subject: within', HTML, '', bad)),
  'letters within letters': ({ bad }) => ({ head: ['Content-Type: message/rfc822'], body: `${'Content-Type: message/rfc822\r\n\r\n'.repeat(30)}Subject: within\r\n${HTML}\r\n\r\n${bad}` }),
  'a body that is elsewhere': ({ url, bad }) => mixed(part(`Content-Type: message/external-body; access-type=URL; URL="${url}/a.html"`, '', HTML, '', bad)),
  'a part of a letter': ({ bad }) => ({ head: ['Content-Type: message/partial; id="x"; number=1; total=1'], body: lines(HTML, '', bad) }),
  'a report': ({ bad }) => ({ head: ['Content-Type: multipart/report; report-type=delivery-status; boundary=b'], body: lines('--b', HTML, '', bad, '--b', 'Content-Type: message/delivery-status', '', `Reporting-MTA: dns; ${bad}`, '--b--') }),
};

const ENCODED = {
  'quoted-printable': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: quoted-printable'], body: quoted(bad) }),
  'quoted-printable that is broken': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: quoted-printable'], body: `=3Cp=ZZ=3\r\n=\r\n=3D${bad.replaceAll('=', '=3D')}=` }),
  'base64 with anything between': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: base64'], body: base64(bad).replace(/(.{9})/g, '$1 *\t') }),
  'base64 that ends in the middle': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: base64'], body: `${base64('<p>x</p>  ')}==\r\n${base64(bad)}` }),
  'uuencode': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: x-uuencode'], body: lines('begin 644 a.html', bad, 'end') }),
  'an unknown encoding': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: rot13'], body: bad }),
  'two encodings': ({ bad }) => ({ head: [HTML, 'Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: 7bit'], body: bad }),
  'an encoded letter within': ({ bad }) => mixed(part('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', base64(lines('Subject: within', HTML, '', bad)))),
  'UTF-7': inCharset('utf-7', utf7),
  'UTF-16': inCharset('utf-16', (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(text)])),
  'UTF-16 behind a lie': inCharset('utf-8', (text) => Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(text, true)])),
  'EBCDIC': inCharset('ibm037', (text) => text),
  'ISO-2022-JP': inCharset('iso-2022-jp', (text) => `<p title="\x1b$B">\x1b(B${text}`),
  'ISO-2022-JP that folds': inCharset('iso-2022-jp', (text) => text.replaceAll('s', '\x1b(Bs\x1b(J')),
  'HZ': inCharset('hz-gb-2312', (text) => `<p title="~{">~}${text}`),
  'Shift JIS that swallows a quote': inCharset('shift_jis', (text) => Buffer.concat([Buffer.from('<p title="'), Buffer.from([0x81]), Buffer.from(`">${text}`)])),
  'GBK that swallows a bracket': inCharset('gbk', (text) => Buffer.concat([Buffer.from([0x81]), Buffer.from(text)])),
  'overlong UTF-8': inCharset('utf-8', (text) => Buffer.concat([Buffer.from([0xc0, 0xbc]), Buffer.from('script>'), Buffer.from(text)])),
  'a character set that is none': inCharset('"x\\"; charset=utf-7', (text) => text),
  'a character set said by HTML': inCharset('utf-8', (text) => `<meta charset="utf-7"><meta http-equiv="content-type" content="text/html; charset=utf-16">${text}`),
};

const TYPES = {
  'no type': ({ bad }) => ({ head: [], body: bad }),
  'plain text': ({ bad }) => ({ head: ['Content-Type: text/plain'], body: bad }),
  'plain text with addresses': ({ url, js }) => ({ head: ['Content-Type: text/plain'], body: `${url}/a javascript:${js} <${url}/b"onclick="${js}> data:text/html,<script>${js}</script>`, html: `<a href="${url}/a">x</a><script>${js}</script>` }),
  'flowed text': ({ bad }) => ({ head: ['Content-Type: text/plain; format=flowed; delsp=yes'], body: bad.replaceAll('>', '> \r\n') }),
  'HTML with a comment in the type': ({ bad }) => ({ head: ['Content-Type: TEXT (x) / (y) HTML; ; charset=(z)utf-8;'], body: bad }),
  'XHTML': ({ bad }) => ({ head: ['Content-Type: application/xhtml+xml'], body: `<html xmlns="http://www.w3.org/1999/xhtml"><body>${bad}</body></html>` }),
  'XML': ({ bad, url }) => ({ head: ['Content-Type: text/xml'], body: `<?xml-stylesheet href="${url}/a.xsl"?><!DOCTYPE x SYSTEM "${url}/a.dtd"><x>${bad}</x>` }),
  'SVG': ({ js, url }) => ({ head: ['Content-Type: image/svg+xml'], body: `<svg xmlns="http://www.w3.org/2000/svg" onload="${js}"><image href="${url}/a.png"/></svg>`, html: `<svg onload="${js}"></svg>` }),
  'enriched text': ({ bad }) => ({ head: ['Content-Type: text/enriched'], body: `<bold>x</bold><<script>${bad}` }),
  'HTML that is called a picture': ({ bad }) => mixed(`${part(HTML, '', '<img src="cid:p"><img src="cid:q">')}${part('Content-Type: image/png', 'Content-ID: <p>', '', bad)}${part('Content-Type: text/html; name=a.png', 'Content-ID: <q>', '', bad)}`),
  'a picture that is SVG': ({ js, url }) => mixed(attached('image/svg+xml', 'a.svg', `<svg xmlns="http://www.w3.org/2000/svg" onload="${js}"><image href="${url}/a.png"/><script>${js}</script></svg>`)),
  'a picture of a type that is none': ({ bad }) => mixed(`${attached('image/png;text/html', 'a.png', bad)}${attached('image/*', 'b.png', bad)}${attached('image/svg+xml;x=', 'c.png', bad)}`),
  'a shortcut': ({ url }) => mixed(`${attached('application/x-mswinurl', 'a.url', `[InternetShortcut]\r\nURL=${url}/a`)}${attached('text/x-component', 'a.htc', url)}`),
  'an invitation': ({ js, url }) => ({
    head: ['Content-Type: text/calendar; method=REQUEST'],
    body: lines('BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', 'UID:1', 'DTSTART:20261127T193000Z', `SUMMARY:<img src=x: onerror=${js.replaceAll(',', '\\,')}>`,
      `LOCATION:<script>${js.replaceAll(',', '\\,')}</script>`, `URL:javascript:${js}`, `ATTACH:${url}/a`, `IMAGE;VALUE=URI:${url}/a.png`, `ORGANIZER;CN="<b onclick=${js}>":javascript:${js}`,
      `X-ALT-DESC;FMTTYPE=text/html:<img src="${url}/b.png">`, 'BEGIN:VALARM', 'ACTION:AUDIO', `ATTACH;VALUE=URI:${url}/a.mp3`, 'END:VALARM', 'END:VEVENT', 'END:VCALENDAR'),
  }),
  'a card': ({ js, url }) => mixed(attached('text/vcard', 'a.vcf', lines('BEGIN:VCARD', 'VERSION:4.0', `FN:<script>${js}</script>`, `PHOTO:${url}/a.png`, `LOGO;VALUE=uri:${url}/b.png`, `SOUND:${url}/a.mp3`,
    `URL:javascript:${js}`, `EMAIL:"><img src=x: onerror=${js}>@a.example`, `KEY:${url}/key`, `NOTE:<img src="${url}/c.png">`, 'END:VCARD'))),
  'a list of nothing but files': ({ bad }) => mixed(Array.from({ length: 30 }, (_, at) => attached('text/html', `${at}.html`, bad)).join('')),
};

const HEADS = {
  'subject': ({ bad }) => ({ subject: bad, head: [HTML], body: '<p>x</p>', html: bad }),
  'subject in a word that is encoded': ({ bad }) => ({ subject: `=?utf-8?B?${Buffer.from(bad).toString('base64')}?=`, head: [HTML], body: '<p>x</p>', html: bad }),
  'subject in UTF-7': ({ bad }) => ({ subject: `=?utf-7?Q?${utf7(bad).replaceAll(' ', '_').replaceAll('=', '=3D')}?=`, head: [HTML], body: '<p>x</p>' }),
  'sender': ({ js }) => ({ head: [`Sender: <x"><script>${js}</script>@a.example>`, `Reply-To: "<img src=x: onerror=${js}>" <javascript:${js}@a.example>`, HTML], body: '<p>x</p>' }),
  'recipients': ({ bad }) => ({ head: [`To: ${bad} <a@b.example>, "${bad.replaceAll('"', '')}" <c@d.example>`, `Cc: =?utf-8?B?${Buffer.from(bad).toString('base64')}?= <e@f.example>`, HTML], body: '<p>x</p>' }),
  'date': ({ bad }) => ({ date: bad, head: [HTML], body: '<p>x</p>' }),
  'name of a file': ({ bad }) => mixed(attached('application/x-file', bad.replaceAll('"', "'"), 'x')),
  'name of a file that leads elsewhere': ({ bad }) => mixed(`${attached('text/html', '../../../etc/x\\..\\..\\y.html', bad)}${attached('text/html', 'exe.\u202efdp.html', bad)}${attached('text/html', 'CON', bad)}`),
  'what answers are asked for': ({ url, bad }) => ({ head: ['Disposition-Notification-To: a@b.example', 'Return-Receipt-To: a@b.example', 'X-Confirm-Reading-To: a@b.example', `Disposition-Notification-Options: x=required,${url}`, HTML], body: bad }),
  'list': ({ url, js, bad }) => ({ head: [`List-Unsubscribe: <javascript:${js}>, <${url}/leave>`, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click', `List-Archive: <data:text/html,<script>${js}</script>>`, `List-Help: <${url}/help>`, HTML], body: bad }),
  'picture of the sender': ({ url, bad }) => ({ head: [`X-Image-URL: ${url}/x.png`, 'Face: iVBORw0KGgo=', `X-Face: ${url}`, `BIMI-Location: v=BIMI1; l=${url}/logo.svg`, `BIMI-Selector: v=BIMI1; s=x`, `Avatar: ${url}/y.png`, HTML], body: bad }),
  'fields of the web': ({ url, bad }) => ({ head: [`Refresh: 0; url=${url}/refresh`, `Link: <${url}/a.css>; rel=stylesheet`, `Location: ${url}/location`, 'Set-Cookie: hacked=1', "Content-Security-Policy: default-src * 'unsafe-inline'", 'Access-Control-Allow-Origin: *', HTML], body: bad }),
  'line without a colon': ({ bad }) => ({ head: ['This is no field', ': nor this', HTML], body: bad }),
  'a field of a hundred thousand characters': ({ bad }) => ({ head: [`X-Long: ${`${'x'.repeat(900)}\r\n `.repeat(110)}x`, HTML], body: bad }),
  'a NUL': ({ bad }) => ({ head: ['X-Nul: a\0b', HTML], body: `\0${bad}` }),
  'a bare carriage return': ({ bad }) => ({ head: [`X-Cr: a\r${HTML}\r\r${bad}`, HTML], body: bad }),
  'bare line ends': ({ bad }) => ({ head: [`X-Lf: a\n${HTML}`], body: bad }),
  'dots': ({ bad }) => ({ head: [HTML], body: lines('.', '..', '.x', '', '.', '+OK 1 messages', '-ERR', bad, '.') }),
  'no head': ({ bad }) => ({ bare: true, head: [], body: bad }),
};

const named = (kind, letters) => Object.entries(letters).map(([name, letter]) => [`${kind} ${name}`, letter]);

export const PARTS = Object.fromEntries([...named('parts', NESTED), ...named('encoding', ENCODED), ...named('type', TYPES), ...named('head', HEADS)]);
