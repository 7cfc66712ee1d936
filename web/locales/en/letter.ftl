### The message that is read, and its attachments.

letter = Message
letter-text = Message text
letter-fetching = Fetching the message…
letter-fetching-size = Fetching the message, { $size }
letter-fetching-of = Fetching the message, { $size } of { $all }
letter-cancelled = Fetching this message was cancelled.
letter-fetch = Fetch it
letter-list = List
letter-back-to = Back to { $subject }
letter-outer = the outer message
letter-show = Show
letter-face-html = HTML
letter-face-text = Text
letter-face-source = Source
letter-save = Save .eml
letter-previous = Previous
letter-next = Next
letter-source = Source of the message
letter-source-rest = This is the beginning; { $size } more are in the saved file.
letter-no-text = This message has no text.
letter-cut = The text is very long, and this is its beginning. The whole is among the attachments.
letter-html-cut = This message is very long; the rest is not shown.
letter-columns = Text in columns
letter-quoted = { NUMBER($count) } quoted lines
# Behind a link whose words may name another host.
letter-link-opens = opens { $host }
letter-link-writes = writes to { $address }

letter-to = to { $names }
letter-cc = cc { $names }
letter-reply-to = answers to { $names }
letter-more-names = and { NUMBER($count) } more
letter-posing = The sender's name is somebody else's address.
letter-posing-words = It says { $claimed }, and this message comes from { $address }.
letter-damaged = This message is damaged.
letter-encrypted = Encrypted with { $scheme }.
letter-encrypted-words = It cannot be decrypted here. Save the message, and open it with the program that has your key.
letter-signed = Signed with { $scheme }.
letter-signed-words = The signature is not checked here, so it does not prove who wrote this.
letter-signed-within = What it says is within the signature, which cannot be opened here. Save the message, and open it with a program that checks signatures.

pictures-blocked = { $count ->
    [one] 1 remote picture is blocked.
   *[other] { $count } remote pictures are blocked.
}
pictures-blocked-words = Loading them would tell the sender that you opened this, and from where.
pictures-show = Show once
pictures-always = Always for this sender
pictures-shown = Remote pictures are shown, in this message.
pictures-shown-sender = Remote pictures of this sender are shown, in each message.
pictures-hide = Hide them
pictures-no-longer = No longer for this sender

## Attachments.

files = Attachments
files-count = { NUMBER($count) } attachments, { $size }
files-save-all = Save all
files-save-all-name = Save all attachments in one file
file-open = Open
file-open-name = Open { $name }
file-download = Download
file-download-name = Download { $name }
type-pdf = PDF
type-calendar = Calendar
type-text = Text
type-table = Table
type-message = Message
type-archive = Archive
type-picture = Picture, { $format }
type-sound = Sound
type-film = Film
type-file = File

## An invitation.

event-invitation = Invitation
event-cancelled = Cancelled
event-answer = Answer to an invitation
event = Event
event-no-name = (without a name)
contact = Contact
event-repeats = { $when }, { $again }
event-from = from { $name }
event-with = with { $names }
event-with-more = with { $names } and { NUMBER($count) } more
event-hourly = { $count ->
    [1] every hour
   *[other] every { $count } hours
}
event-daily = { $count ->
    [1] every day
   *[other] every { $count } days
}
event-weekly = { $count ->
    [1] every week
   *[other] every { $count } weeks
}
event-monthly = { $count ->
    [1] every month
   *[other] every { $count } months
}
event-yearly = { $count ->
    [1] every year
   *[other] every { $count } years
}

## What is wrong with a message.

flaw-empty = This message is empty.
flaw-no-header = This message has no header.
flaw-no-sender = This message names no sender.
flaw-nested = This message is nested too deeply, or in too many parts; the innermost stay closed.
flaw-many-files = This message has more attachments than are listed.
flaw-part = A part of this message is damaged; it is shown as far as it can be read.
flaw-early-end = This message ends too early; something at its end is missing.
flaw-encoding = A part of this message is in an encoding that is not known ({ $name }).
flaw-charset = The text is in a character set that is not known ({ $name }); some letters may be wrong.
flaw-no-top = This server shows no headers by themselves. Open the message to see it.
flaw-refused = The server does not give out this header: { $said }
flaw-refused-silently = The server does not give out this header: no reason given

# What the user's own provider found out about the sender. $provider: its server.
letter-confirmed = According to { $provider } this comes from { $domain }.
letter-refuted = Perhaps forged.
letter-refuted-words = According to { $provider } it is not certain that this comes from { $domain }, though that domain wants its mail to be recognisable.
letter-fields = All header fields
