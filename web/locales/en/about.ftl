### "About this page", and what becomes of the page's own programs.

about-version = Version
about-fingerprint = Fingerprint
about-comparing = Comparing the page's files with their list…
about-same = { NUMBER($same) } of { NUMBER($all) } files are as listed.
about-not-same = Only { NUMBER($same) } of { NUMBER($all) } files are as listed.
about-not-same-words = Reload the page; a new version may have come in between. If it stays so, do not type a password here.
about-files = The files
about-as-listed = as listed
about-different = different
about-missing = missing
about-shows = What this shows, and what it does not
about-shows-words = The fingerprint is the SHA-256 of the list of this page's files. Everybody who was given the same page sees the same one: compare it with the one that the release, or somebody you trust, names.
# Behind it stands a command.
about-verify = Whoever serves this page could change it, and a page that lies can lie here too. To be sure, compare from another machine:
about-no-https = This page came without HTTPS, and there a browser offers no hashes to a page.
about-no-list = This host serves no list of the page's hashes ({ $file }), so there is nothing to compare with.
about-bad-list = What this host serves as { $file } is no list of hashes.
about-no-hashes = This browser does not hash.

engine-not-loaded = The engine could not be loaded.
engine-trapped = The engine stopped by an error.
engine-trapped-by = The engine stopped by an error: { $what }
engine-hung = The engine did not answer any more and was ended.
sanitiser-not-loaded = The HTML could not be made safe to show: the sanitiser could not be loaded.
sanitiser-trapped = The HTML could not be made safe to show: the sanitiser stopped by an error.
sanitiser-trapped-by = The HTML could not be made safe to show: the sanitiser stopped by an error: { $what }
sanitiser-hung = The HTML could not be made safe to show: the sanitiser did not answer any more and was ended.
sanitiser-overtaken = The HTML could not be made safe to show: it took long, and another message was opened
file-not-saved = The browser would not take the file.
