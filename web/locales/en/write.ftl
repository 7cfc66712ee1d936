### Writing: the composer, drafts and the outbox.

write = Write
write-reply = Reply
write-reply-all = Reply all
write-forward = Forward
write-more = Answer
write-others = More ways to answer
write-forward-attached = Forward as attachment
write-redirect = Redirect
write-redirects = It goes on as it came: who gets it sees whose message it is, and that you passed it on.
write-edit-as-new = Edit as new
write-title = New message
write-from = From
# Who writes, in a preview: a button behind the address.
write-sender = Name and server
write-in-preview = This mailbox is not kept here: drafts go when it is closed, and there is no copy of what is sent.
write-to = To
write-cc = Cc
write-bcc = Bcc
write-copies = Cc and Bcc
write-offers = Suggested recipients
write-subject = Subject
write-text = Text
write-attach = Attach files
write-files = Attachments
write-format = Formatting
write-bold = Bold
write-italic = Italic
write-list = Bulleted list
write-numbers = Numbered list
write-quote = Quotation
write-link = Link
write-link-address = Address of the link
write-link-set = Set link
write-unlink = Remove link
write-link-wrong = A link leads to a web address, a mail address or a telephone number.
write-insert = Insert pictures
write-loses-format = Without formatting, this message keeps its words and loses their look, its links and its pictures.
write-format-away = Remove formatting
write-report = Ask for a delivery report, where the server gives one
write-no-reports = The outgoing server does not report deliveries: only the recipients can tell whether the message arrived.
write-detach = Remove { $name }
write-send = Send
write-sending = Sending…
write-discard = Discard
write-close = Save and close
write-opening = Opening…
write-saved = Saved in Drafts
write-saving = Saving…
write-adding = Adding { $name }…
write-send-anyway = Send anyway
write-go-on = Go on writing
write-no-subject = There is no subject.
write-no-attachment = The text speaks of an attachment, and there is none.
# Words that speak of an attachment: lower case, blanks between.
write-attachment-words = attached attachment attachments attaching enclosed enclosing
# Above what is quoted.
write-attribution = On { $date }, { $name } wrote:
write-attribution-no-date = { $name } wrote:
write-forwarded = ---------- Forwarded message ----------
write-forwarded-from = From: { $names }
write-forwarded-date = Date: { $date }
write-forwarded-subject = Subject: { $subject }
write-forwarded-to = To: { $names }

## Drafts and the outbox.

folder-drafts = Drafts
folder-outbox = Outbox
folder-sent = Sent
shelf-empty-drafts = Nothing is being written.
shelf-empty-outbox = Nothing waits to be sent.
shelf-no-recipient = No recipient yet
shelf-edit = Edit
shelf-send-now = Send now
shelf-due = Is sent at { $time }
shelf-sending = Is being sent
shelf-waits = Could not be sent yet · next try at { $time }
shelf-waits-for-you = Could not be sent yet
shelf-returned = Could not be sent
shelf-refused = { $address } was refused: { $words }
shelf-in-doubt = The connection broke before the server said whether it took this message. It may have been sent.
shelf-was-sent = It was sent
shelf-was-not-sent = It was not: edit it
shelf-delete = Delete
shelf-settings = Outgoing server
# The question when a preview is closed.
unsent-title = Close with messages that are not sent?
unsent-words = { $count ->
    [one] 1 message is not sent. It is lost when the mailbox is closed.
   *[other] { $count } messages are not sent. They are lost when the mailbox is closed.
}
unsent-going = What waits in Outbox is not sent any more.
unsent-close = Close and discard
unsent-stay = Stay
sent-words = Sent from this browser and kept on this device: POP3 has no such folder on the server.

told-drafted = Saved in Drafts.
told-discarded = Message discarded.
told-queued = The message is sent in { $seconds } seconds.
told-sent = Message sent.
told-returned = The message could not be sent, and is in Drafts. { $why }
told-put-off = The message could not be sent yet, and is in Outbox. { $why }
told-in-doubt = It is not known whether the message was sent: see Outbox.

## In the settings.

sending = Sending
sending-words = Who writes, and by which server. User name and password are those of the mailbox.
sending-name = Your name
sending-address = Your address
sending-server = Outgoing server
sending-port = Port
sending-security = Security
sending-signature = Signature
sending-others = Other addresses
sending-others-words = Write from these addresses too. The server has to allow them.
sending-add = Add an address
sending-remove = Remove { $address }
sending-copy = Send myself a copy of each message
sending-links = Open mail links of other pages here
sending-wrong-address = Another address is a whole mail address, and stands here once.
sending-wrong-port = The port of the outgoing server is a number from 1 to 65535.
