// Letters that do nothing in today's Chromium: they are for other programs and other engines, or for what browsers once did or
// may do. They are opened as all others are, and do not count where it is shown that the letters are harmful indeed.

export const QUIET = new Set([
  'loads-img-lowsrc', 'loads-img-dynsrc', 'loads-applet-code', 'loads-bgsound-src',
  'loads-html-manifest', 'loads-script-speculation', 'loads-mglyph-src', 'loads-img-in-noscript', 'loads-link-dns-prefetch', 'loads-link-preconnect',
  'loads-link-manifest', 'loads-address-with-a-user', 'loads-address-at-the-end-of-the-letter', 'loads-address-in-a-srcset-of-data',
  'loads-address-through-blob-and-filesystem', 'styles-property-filter', 'styles-property-backdrop-filter', 'styles-property-behavior',
  'styles-property-moz-binding', 'styles-form-image-set-in-a-set', 'styles-form-cross-fade-of-now', 'styles-form-attr',
  'styles-form-in-an-attribute-behind-a-brace', 'styles-form-of-javascript', 'styles-form-of-a-picture-that-loads', 'scripts-script-without-an-end',
  'scripts-on-img-error-behind-slashes', 'scripts-on-marquee-start', 'mutations-comment-that-ends-earlier',
  'mutations-comment-of-a-question', 'mutations-option-with-a-template', 'mutations-bracket-in-a-name', 'foreign-filter-of-another-document',
  'foreign-cursor-of-another-document', 'foreign-use-of-another-document', 'foreign-link-by-xlink-in-math', 'foreign-action-of-math',
  'foreign-svg-in-a-background', 'leads-refresh-of-data', 'leads-refresh-in-noscript', 'links-javascript-to-a-new-tab', 'links-vbscript',
  'links-data', 'links-data-to-a-new-tab', 'links-data-in-base64', 'links-data-of-svg', 'links-file', 'links-page-of-the-browser',
  'links-source-of-the-page', 'links-other-programs', 'links-ftp', 'links-mail-with-a-script', 'links-mail-with-more-recipients',
  'links-mail-with-lines', 'links-link-to-a-place-in-the-page',
]);
