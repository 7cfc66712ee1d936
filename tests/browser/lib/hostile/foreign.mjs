// SVG and MathML. How a letter is written is told in ./corpus.mjs.

const svg = (inner) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="40" viewBox="0 0 40 40">${inner}</svg>`;
const link = '<text y="20">x</text><rect width="40" height="40"/>';

/** Attributes of SVG's presentation that take an address. */
const PAINTED = ['fill', 'stroke', 'clip-path', 'mask', 'filter', 'marker-start', 'marker-mid', 'marker-end', 'cursor'];
const painted = PAINTED.map((name) => [`${name} of another document`, svg(`<path d="M0 0 9 9 20 5" ${name}="url({url}/a.svg#x)"/>`)]);

const OTHERS = {
  'image href': svg('<image href="{url}/a.png" width="9" height="9"/>'),
  'image xlink': svg('<image xlink:href="{url}/a.png" width="9" height="9"/>'),
  'feImage': svg('<filter id="f"><feImage href="{url}/a.png"/></filter><rect width="9" height="9" filter="url(#f)"/>'),
  'use of another document': svg('<use href="{url}/a.svg#x"/>'),
  'use of data': svg('<use href="data:image/svg+xml,<svg id=x xmlns=\'http://www.w3.org/2000/svg\'><image href=\'{url}/a.png\'/></svg>#x"/><image href="{url}/b.png" width="1" height="1"/>'),
  'pattern with a picture': svg('<pattern id="p" width="9" height="9"><image href="{url}/a.png" width="9" height="9"/></pattern><rect width="9" height="9" fill="url(#p)"/>'),
  'gradient of another document': svg('<linearGradient id="g" href="{url}/a.svg#g"/><rect width="9" height="9" fill="url(#g)"/>'),
  'foreign object with a picture': svg('<foreignObject width="20" height="20"><img xmlns="http://www.w3.org/1999/xhtml" src="{url}/a.png"></foreignObject>'),
  'foreign object with a frame': svg('<foreignObject width="20" height="20"><iframe src="{url}/a.html"></iframe></foreignObject>'),
  'foreign object with a body': svg('<foreignObject width="20" height="20"><body onload="{js}"><img src=x: onerror="{js}"></foreignObject>'),
  'style attribute': svg('<rect width="9" height="9" style="mask-image:url({url}/a.png)"/>'),
  'style import': svg('<style>@import url({url}/a.css);</style>'),
  'style sheet instruction': `<?xml-stylesheet href="{url}/a.css"?>${svg('<image href="{url}/a.png"/>')}`,
  'entity of a document type': '<!DOCTYPE svg [<!ENTITY x SYSTEM "{url}/a.xml"><!ENTITY y "<script>{js}</script>">]><svg>&x;&y;<script>{js}</script></svg>',
  'audio in a foreign object': svg('<foreignObject><audio src="{url}/a.mp3" preload="auto"></audio></foreignObject>'),
  'set of an address': svg('<image width="9" height="9"><set attributeName="href" to="{url}/a.png"/></image>'),
  'animation of an address': svg('<image width="9" height="9"><animate attributeName="href" values="{url}/a.png;{url}/b.png" dur="1s"/></image>'),
  'animation of an xlink': svg('<image width="9" height="9"><animate attributeName="xlink:href" begin="0" from="{url}/a.png" to="{url}/b.png"/></image>'),
  'set of a handler': svg('<rect width="9" height="9"><set attributeName="onclick" to="{js}"/><set attributeName="x" onbegin="{js}"/></rect>'),
  'set of a style': svg('<rect width="9" height="9"><set attributeName="mask" to="url({url}/a.svg#m)"/></rect>'),
  'link': svg(`<a href="javascript:{js}">${link}</a>`),
  'link by xlink': svg(`<a xlink:href="javascript:{js}">${link}</a>`),
  'link in entities': svg(`<a xlink:href="java&Tab;script&colon;{js}">${link}</a>`),
  'link that is set': svg(`<a>${link}<set attributeName="href" to="javascript:{js}"/></a>`),
  'link that is animated': svg(`<a href="#">${link}<animate attributeName="href" values="javascript:{js}" fill="freeze" dur="1ms"/></a>`),
  'link that is animated from afar': svg(`<a id="l" href="#">${link}</a><animate href="#l" attributeName="href" to="javascript:{js}" fill="freeze" dur="1ms"/>`),
  'link over everything': `<div style="position:fixed;inset:0">${svg(`<a href="javascript:{js}" target="_top">${link}</a>`)}</div>`,
  'link by xlink in math': '<math xmlns:xlink="http://www.w3.org/1999/xlink"><mi xlink:href="javascript:{js}">x</mi></math>',
  'action of math': '<math><maction actiontype="statusline#{url}/a" xlink:href="javascript:{js}">x<mtext>y</mtext></maction></math>',
  'action of math that toggles': '<math><maction actiontype="toggle"><mtext><img src=x: onerror="{js}"></mtext><mi>y</mi></maction></math>',
  'picture in semantics': '<math><semantics><mi>x</mi><annotation-xml encoding="application/xhtml+xml"><img src=x: onerror="{js}"></annotation-xml></semantics></math>',
  'style in math': '<math><mi style="background:url({url}/a.png)">x</mi></math>',
  'background in math': '<math><mstyle mathbackground="url({url}/a.png)" style="background:url({url}/b.png)"><mi>x</mi></mstyle></math>',
  'include in math': '<math><xi:include href="{url}/a.xml"/><mtext><script>{js}</script></mtext></math>',
  'script of a type': svg('<script type="application/ecmascript">{js}</script>'),
  'script that is set': svg('<script><set attributeName="href" to="{url}/a.js"/></script><script href="{url}/b.js"></script>'),
  'svg in a background': ({ url }) => `<body background="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='${url}/a.png'/%3E%3C/svg%3E">x</body>`,
  'prefix for svg': '<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script>{js}</x:script></x:svg><svg onload="{js}"></svg>',
};

export const FOREIGN = Object.fromEntries([...painted, ...Object.entries(OTHERS)]);
