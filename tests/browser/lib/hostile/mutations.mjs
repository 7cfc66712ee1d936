// HTML that one parser reads as harmless and another, or the same one a second time, as something else. How a letter is
// written is told in ./corpus.mjs.

const BAD = '<img src=x: onerror={js}>';
/** In an attribute: the quotes around it are double. */
const HIDDEN = '&lt;img src=x: onerror={js}&gt;';

/** Elements whose content is text in one way of reading, closed from within an attribute. */
const RAW = ['noscript', 'style', 'xmp', 'iframe', 'noembed', 'noframes', 'title', 'textarea', 'script'];
const raw = RAW.map((name) => [`end of ${name} in an attribute`, `<${name}><p title="</${name}>${BAD}"></p></${name}>`]);
const foreign = [...RAW, 'plaintext'].map((name) =>
  [`svg ${name} with an attribute`, `<svg><${name}><a id="</${name}>${BAD}"></a></${name}></svg>`]);
/** Elements at which foreign content becomes HTML again. */
const INTEGRATION = {
  foreignObject: 'svg', desc: 'svg', title: 'svg', mi: 'math', mo: 'math', mn: 'math', ms: 'math', mtext: 'math', 'annotation-xml': 'math',
};
const integration = Object.entries(INTEGRATION).map(([name, around]) =>
  [`${name} with a style`, `<${around}><${name} encoding="text/html"><${around}><style><!--</style><p title="-->${HIDDEN}"></p>${BAD}</style></${around}></${name}></${around}>`]);

const OTHERS = {
  'glyph in a table': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;${HIDDEN}">${BAD}`,
  'malignmark in a table': `<math><mi><table><malignmark><style><a title="</style>${BAD}">`,
  'form in a form': `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style>${BAD}">`,
  'form that is not closed': `<form id="f"><div></form><form><p title="${HIDDEN}">${BAD}`,
  'paragraph that ends svg': `<svg></p><style><a id="</style>${BAD}">`,
  'break that ends math': `<math></br><style><a title="</style>${BAD}">`,
  'font with a colour': `<svg><font color="red"><style><a title="</style>${BAD}">`,
  'style that holds a comment': `<style><!--</style>${BAD}--></style>`,
  'comment that ends earlier': `<!---><p title="-->${BAD}">`,
  'comment that ends with a mark': `<!-- x --!>${BAD}-->`,
  'comment without an end': `${BAD}<!-- ${BAD}`,
  'comment of another kind': `</ x="${BAD}">${BAD}`,
  'comment of a question': `<?x ${BAD} ?>`,
  'data section in svg': `<svg><![CDATA[<style><a title="]]></svg>${BAD}">`,
  'data section in text': `<svg><desc><![CDATA[</desc></svg>]]>${BAD}`,
  'select with a style': `<select><style></select>${BAD}</style></select>${BAD}`,
  'select in a select': `<select><select><input>${BAD}</select>`,
  'option with a template': `<select><template><style></select></template>${BAD}</style>${BAD}`,
  'table that gives up its children': `<table><tr><a href="x">${BAD}<td></a></table>`,
  'links within links': `<a href="x"><table><a href="y">${BAD}</table></a>`,
  'six hundred elements deep': `${'<div>'.repeat(600)}${BAD}${'</div>'.repeat(600)}`,
  'six hundred kinds of formatting': `${'<b><i>'.repeat(300)}<p>${BAD}`,
  'end of the body, and more': `</body></html><p>${BAD}`,
  'second html with attributes': `<p>x</p><html onclick="{js}" style="x"><body onload="{js}">${BAD}`,
  'frames behind text': `<p></p><frameset onload="{js}"><frame src="javascript:{js}"></frameset>${BAD}`,
  'line end that is dropped': `<pre>\n\n<listing>\n${BAD}</listing></pre>`,
  'backtick': `<img src=x: alt="\`\`onerror={js}">${BAD}`,
  'bracket in a name': `<p <img src=x: onerror={js}>`,
  'bracket in a value': `<p title=<img src=x: onerror={js}>>${BAD}`,
  'NUL in a tag': `<im\0g src=x: onerror={js}><\0script>{js}</script>${BAD}`,
  'NUL in an attribute': `<img src=x: on\0error={js} title="\0">${BAD}`,
  'letters that fold': `<ſcript>{js}</ſcript><ıframe srcdoc="${HIDDEN}"></ıframe>${BAD}`,
  'entities in a title': `<svg><title>${HIDDEN}</title></svg><title>${HIDDEN}</title>${BAD}`,
  'image that is renamed': `<svg><image src=x: onerror={js}></image></svg><image src=x: onerror={js}></image>`,
  'isindex': `<isindex type=image src=x: onerror={js} action="{url}/i">${BAD}`,
  'an attribute of a hundred thousand characters': `<img title="${'<'.repeat(100_000)}" src=x: onerror={js}>`,
};

export const MUTATIONS = Object.fromEntries([...raw, ...foreign, ...integration, ...Object.entries(OTHERS)]);
