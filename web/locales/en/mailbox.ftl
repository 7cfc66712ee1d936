### An open mailbox: its bar and rail, the list, and what is done in a preview.

mailbox-of = Mailbox of { $user }
mailbox-rail = Mailbox
mailbox-on-server = On the server
mailbox-path = Path
mailbox-path-title = Path and certificate
mailbox-close = Close mailbox
mailbox-open-again = Open again
mailbox-actions = Actions
mailbox-nothing-to-read = Nothing to read.
mailbox-choose = Choose a message to read it here.
mailbox-empty = This mailbox is empty. No mail is waiting for you.
mailbox-tls-here = TLS in this browser
mailbox-tls-at-bridge = TLS ended by the bridge
mailbox-clear = clear text
mailbox-room = { $size } on the server. Nothing is kept on this device and nothing changes there.
mailbox-room-marked = { $count ->
    [one] { $size } on the server. Nothing is kept on this device. 1 message will be deleted there when you close the mailbox.
   *[other] { $size } on the server. Nothing is kept on this device. { $count } messages will be deleted there when you close the mailbox.
}
# The screen while a mailbox is closed. $far: how many of how many, or nothing.
mailbox-deleting = { $count ->
    [one] Deleting 1 message on the server and closing the mailbox…{ $far }
   *[other] Deleting { $count } messages on the server and closing the mailbox…{ $far }
}
of = { NUMBER($some) } of { NUMBER($all) }

## The status line.

status-preview = Preview · nothing is kept
status-ended = Preview · not connected
# $known: "37 of 120", set bold.
status-headers = { $known } headers
status-waiting = connection lost, trying again in { NUMBER($seconds) } s ({ NUMBER($attempt) } of { NUMBER($of) })
status-again = connecting again
status-closing = closing
status-try-now = Try now

notice-begun-anew = The mailbox has changed on the server, so the list was started anew.
notice-changed = The mailbox has changed on the server: it had { NUMBER($before) } messages and has { NUMBER($now) } now. The list was started anew.
notice-restarted = Restante's engine stopped and was started anew. If a message did that, the others are not affected.

## The list.

list-messages = Messages
list-newest-first = newest first
list-day-newest-first = { $day } · newest first
list-found = Found
row-unread = Unread.
row-new = New.
row-starred = Starred.
row-to-be-deleted = to be deleted
# Behind the number, which is drawn.
row-thread = in this conversation
row-thread-count = { NUMBER($count) } in this conversation
row-header-only = only the header is kept
row-header-only-title = Only the header is kept
row-attachments = with attachments

## What is done.

tool-check = Check for new mail
tool-chosen = { NUMBER($count) } chosen
tool-choose-none = Choose none
tool-delete-on-server = Delete on the server
tool-to-be-deleted = { NUMBER($count) } to be deleted

delete-title = Delete on the server?
delete-words = { $count ->
    [one] 1 message will be deleted on the server for good when you close the mailbox. Until then nothing is sent, and Undo takes it back.
   *[other] { $count } messages will be deleted on the server for good when you close the mailbox. Until then nothing is sent, and Undo takes it back.
}
delete-button = { $count ->
    [one] Delete 1 message
   *[other] Delete { $count } messages
}

told-no-news = No new mail.
told-news = { $count ->
    [one] 1 new message.
   *[other] { $count } new messages.
}
told-gone = { $count ->
    [one] 1 message is not on the server any more.
   *[other] { $count } messages are not on the server any more.
}
told-marked = { $count ->
    [one] 1 message to be deleted when you close the mailbox.
   *[other] { $count } messages to be deleted when you close the mailbox.
}
told-unmarked = { $count ->
    [one] 1 message stays on the server.
   *[other] { $count } messages stay on the server.
}
told-lost = { $count ->
    [one] 1 message is not to be deleted any more: nothing tells for certain which one was marked.
   *[other] { $count } messages are not to be deleted any more: nothing tells for certain which ones were marked.
}

## Search.

search = Search mail
search-help = Words, “quoted phrases”, from: to: subject: has:attachment is:unread before: after: larger: in:
search-clear = Clear
search-found-newest = { NUMBER($count) } found · newest first
search-reach-all = { $count ->
    [one] Searched 1 message: senders, recipients, subjects and the beginnings of texts.
   *[other] Searched { $count } messages: senders, recipients, subjects and the beginnings of texts.
}
search-reach = { $all ->
    [one] Searched { NUMBER($known) } of 1 message: senders, recipients, subjects and the beginnings of texts.
   *[other] Searched { NUMBER($known) } of { $all } messages: senders, recipients, subjects and the beginnings of texts.
}
search-fetch = { $count ->
    [one] Fetch the missing header
   *[other] Fetch the other { $count } headers
}
search-fetch-stop = Stop fetching headers
search-bad-day = "{ $what }" is not a day: write it as 2026-11-28
search-bad-size = "{ $what }" is not a size: write it as 500K or 2M
search-bad-mark = "{ $what }" is not known here: try has:attachment, is:unread, is:starred
search-bad-read = a server does not say what was read
search-nothing = No message has these words.
search-nothing-here = None of the messages whose headers are here has these words.

## "Path and certificate".

session = This session
session-address = Address
session-encryption = Encryption
session-greeting = Greeting
session-software = Software
session-mechanism = Signed in by
session-commands = Commands
session-pipelined = in one flight
session-lock-step = one by one
session-trusted = It does not verify by itself; you trust exactly this one.
# Set bold before one of those below.
session-bridge = Bridge:
session-bridge-own = the one that serves this page.
session-bridge-other = { $bridge }, run by somebody else than this page perhaps; its operator answers for it.
session-bridge-reads = It sees from where you read, which server, when and how much, and could read all of it.
session-bridge-blind = It sees from where you read, which server, when and how much, and nothing of what.

newer = A new version is ready.
newer-words = Updating reloads every open tab of this page.
newer-update = Reload to update
newer-later = Later

## Commands and keys.

commands = Commands
commands-find = Find a command
commands-none = No command is called that.
command-down = Next message in the list
command-up = Previous message in the list
command-read = Open message
command-choose = Choose message
command-choose-all = Choose all messages
command-next = Read next message
command-previous = Read previous message
command-write = Write a message
command-delete = Delete
command-archive = Archive
command-star = Star
command-unread = Mark as unread or read
command-move = Move to a folder
command-print = Print
command-larger = Larger text
command-smaller = Smaller text
command-conversation = Show conversation
command-check = Check for new mail
keys = Keys
keys-words = Choose a key to change it, then press another one. Backspace takes it away.
keys-press = press a key
keys-none = none
keys-change = { $command }: key { $key }
keys-fixed = These stay as they are
keys-commands = All commands
keys-back = Back
keys-range = Choose several
keys-send = Send the message
keys-reset = Use the usual keys
