//! Mail that tries to run, fetch, submit or navigate. Everything it could reach is the canary.

/// A message with the HTML of [`html`].
pub fn message(canary: &str) -> Vec<u8> {
    format!(
        "From: Mallory <mallory@attack.example>\r\nTo: robin@postbox.example\r\nSubject: Hostile from head to foot\r\n\
         Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <hostile@attack.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/html; charset=utf-8\r\n\r\n{}",
        html(canary).replace('\n', "\r\n")
    )
    .into_bytes()
}

/// HTML that tries each way that is known to make a reader run a script or ask for something.
///
/// `canary` is the address it asks, such as `http://127.0.0.1:1234`. It also says `It keeps its styles` in a styled
/// paragraph (`class="styled"`, green through its own `<style>`), so that a test can see both sides of one frame.
pub fn html(canary: &str) -> String {
    TEMPLATE.replace("CANARY", canary).replace("HOST", canary.trim_start_matches("http:"))
}

const TEMPLATE: &str = r##"<!DOCTYPE html>
<html manifest="CANARY/manifest"><head>
<meta http-equiv="refresh" content="0; url=CANARY/refresh">
<meta http-equiv="Content-Security-Policy" content="default-src *; script-src * 'unsafe-inline'">
<meta http-equiv="set-cookie" content="tracked=1">
<base href="CANARY/base/" target="_top">
<link rel="stylesheet" href="CANARY/link.css">
<link rel="preload" as="image" href="CANARY/preload.png">
<link rel="prefetch" href="CANARY/prefetch"><link rel="dns-prefetch" href="HOST"><link rel="preconnect" href="CANARY">
<link rel="icon" href="CANARY/icon.png"><link rel="modulepreload" href="CANARY/module.js">
<style>
  @import url(CANARY/import-url.css);
  @import "CANARY/import-string.css";
  @font-face { font-family: spy; src: url(CANARY/font.woff2) }
  body { background: url(CANARY/body-css.png); font-family: spy, Georgia, serif; cursor: url(CANARY/cursor.cur), auto }
  .styled { color: rgb(0, 128, 0); font-size: 31px }
  li { list-style-image: url("CANARY/list.png") } p::before { content: url(CANARY/before.png) }
  .set { background-image: image-set(url(CANARY/image-set.png) 1x); mask: url(CANARY/mask.svg#m); filter: url(CANARY/filter.svg#f) }
  .escaped { background: u\72l(CANARY/escaped.png); border-image-source: url(CANARY/border.png) }
  @media screen { .media { background: url(CANARY/media.png) } }
  .var { --picture: url(CANARY/variable.png); background: var(--picture) }
</style>
<script>window.ran = true; top.hacked = true; parent.postMessage("hacked", "*"); new Image().src = "CANARY/script"</script>
<script src="CANARY/remote.js"></script><script type="module">import "CANARY/import.js"</script>
<noscript><img src="CANARY/noscript.png"></noscript>
</head>
<body onload="new Image().src='CANARY/onload'" background="CANARY/background-attribute.png" bgcolor="#fffdf8">
<p class="styled">It keeps its styles</p>
<table background="CANARY/table.png" bgcolor="#efe6d8" width="300"><tr><td background="CANARY/cell.png" style="padding: 12px">A table</td></tr></table>
<img src="CANARY/img.png"><img src="HOST/protocol-relative.png"><img srcset="CANARY/srcset.png 1x"><img src=x onerror="new Image().src='CANARY/onerror'">
<img src="  CANARY/spaces.png"><img src="&#104;ttp:HOST/entities.png"><img lowsrc="CANARY/lowsrc.png" dynsrc="CANARY/dynsrc.avi" longdesc="CANARY/longdesc">
<picture><source srcset="CANARY/picture.png"><img alt="none"></picture>
<input type="image" src="CANARY/input.png"><object data="CANARY/object"></object><embed src="CANARY/embed"><applet code="CANARY/applet"></applet>
<iframe src="CANARY/iframe"></iframe><iframe srcdoc="<img src='CANARY/srcdoc.png'><script>parent.parent.postMessage('hacked','*')</script>"></iframe>
<frameset><frame src="CANARY/frame"></frameset>
<video src="CANARY/video.mp4" poster="CANARY/poster.png" autoplay></video><audio src="CANARY/audio.mp3" autoplay></audio>
<video autoplay><source src="CANARY/source.mp4"><track default src="CANARY/track.vtt"></video>
<svg width="20" height="20"><image href="CANARY/svg-image.png" width="9" height="9"/><use href="CANARY/use.svg#u"/><script>parent.postMessage("hacked","*")</script>
<foreignObject><img src="CANARY/foreign.png"></foreignObject><set attributeName="href" to="CANARY/set"/><a xlink:href="javascript:parent.postMessage('hacked','*')"><text y="15">s</text></a></svg>
<math><mtext><img src="CANARY/math.png"></mtext><annotation-xml encoding="text/html"><img src=x onerror="parent.postMessage('hacked','*')"></annotation-xml></math>
<p style="background:url(CANARY/style-attribute.png)">Inline</p><p style="background:u&#92;72l(CANARY/style-escape.png)">Escaped</p>
<p class="set">Set</p><p class="escaped">Escape</p><p class="media">Media</p><p class="var">Variable</p><ul><li>List</li></ul>
<div style="position:fixed;inset:0;z-index:99999"><a href="CANARY/overlay" target="_top">&nbsp;</a></div>
<form action="CANARY/form" method="get" id="f"><input name="a" value="b" autofocus onfocus="parent.postMessage('hacked','*')"><button>Send</button></form>
<a href="javascript:parent.postMessage('hacked','*')">script link</a> <a href="CANARY/ping-target" ping="CANARY/ping">ping</a>
<a href="data:text/html,<script>opener.postMessage('hacked','*')</script>" target="_blank">data link</a>
<details open ontoggle="parent.postMessage('hacked','*')"><summary>d</summary></details>
<noscript><p title="</noscript><img src=x onerror=parent.postMessage('hacked','*')>"></noscript>
<svg><style><img src=x onerror="parent.postMessage('hacked','*')"></style></svg>
<template><img src="CANARY/template.png"></template><portal src="CANARY/portal"></portal><bgsound src="CANARY/bgsound">
<p>The end of it.</p>
<math><mi><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=parent.postMessage('hacked','*')&gt;"></mglyph></mi></math>
</body></html>
"##;
