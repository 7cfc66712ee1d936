### What stands in several places.

close = Close
cancel = Cancel
undo = Undo
try-again = Try again
fetching = Fetching…
close-notice = Close this notice
password = Password
keep-password = Keep the password on this device
about-page = About this page
messages = { $count ->
    [one] 1 message
   *[other] { $count } messages
}
no-sender = (no sender)
no-subject = (no subject)
size-bytes = { NUMBER($count) } bytes
# $number: written as the language has it. $unit: KB, MB, GB, TB.
size = { $number } { $unit }
today = Today
yesterday = Yesterday
language = Language

# How the page looks; the device may be set to light or dark.
looks-theme = Theme
looks-system = As the device
looks-light = Light
looks-dark = Dark
looks-rows = Rows
looks-comfortable = Comfortable
looks-compact = Compact
looks-contrast = Contrast
looks-high = High
looks-zoom = Text size of letters
percent = { NUMBER($number) }%

# What is drawn beyond the form, loaded beside it.
rest-loading = Loading the rest of the page…
rest-failed = The rest of the page did not load.
rest-failed-words = The host of this page did not send it. Try again; if that does not help, reload the page: its host may serve a newer version by now.
