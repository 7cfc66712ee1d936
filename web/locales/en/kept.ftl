### Mail that is kept on this device.

kept = Kept mail
kept-folders = Folders
kept-accounts-and-folders = Accounts and folders
kept-all-inboxes = All inboxes
kept-account-here = kept here · { $host }
kept-unread = { NUMBER($count) } unread
kept-settings = Account settings
kept-back-up = Back up this account
kept-leave = Preview or add a mailbox
kept-room = { $size } on this device
kept-room-of = { $size } of { $all } on this device
kept-notices = Notices
kept-stop = Stop

folder-inbox = Inbox
folder-archive = Archive
folder-deleted = Deleted
folder-own = Folders

## The status line.

kept-opening = Opening what is kept…
# $name: of the account, before what goes on, where there are several.
kept-busy-of = { $name } · { $what }
kept-busy = Keeping · { $what }
kept-idle = Kept here · { $checked }
kept-offline = Offline · { $checked }
kept-followed = Kept here · { $checked } · fetched by another tab
kept-not-all = Kept here · { $checked } · not all could be fetched
kept-not-checked = not checked yet
kept-checked = checked { $when }
kept-progress = Mail that has come
kept-pause = Pause
kept-resume = Resume
# What goes on with an account.
busy-waiting = waiting
busy-wanted-pause = the server wants a pause, going on in { $time }
busy-paused = { $count ->
    [one] paused, 1 message missing
   *[other] paused, { $count } messages missing
}
busy-again = connection lost, trying again in { $time }
busy-connecting = connecting to the mail server
busy-securing = checking the certificate
busy-greeting = waiting for the server's greeting
busy-signing-in = signing in
busy-opening = opening the mailbox
busy-closing = closing
busy-size-of = { $size } of { $all }
busy-rate = { $size }/s
busy-left = { $time } left
time-seconds = { NUMBER($count) } s
time-minutes = { NUMBER($count) } min
time-hours = { NUMBER($hours) } h { NUMBER($minutes) } min

## The list.

kept-search = Search
kept-conversation = Conversation
kept-all-mail = All mail
kept-found = { NUMBER($count) } found · best match first
kept-end-search = End the search
kept-back-to-list = Back to the list
kept-filter = Filter
filter-all = All
filter-unread = Unread
filter-starred = Starred
filter-attachments = With attachments
kept-sort = Sort
order-newest = Newest first
order-oldest = Oldest first
order-sender = By sender
order-subject = By subject
order-largest = Largest first
kept-folder = Folder…
kept-empty-deleted = Empty Deleted
kept-list-opening = Opening…
kept-nothing-found = Nothing found for { $words }.
kept-nothing-found-words = All words have to be there. Senders, recipients, subjects, texts and names of attachments are searched.
kept-none-like-that = No message here is like that.
kept-show-all = Show all
kept-mail-comes = Mail appears here as it comes.
kept-no-mail = There is no mail here.

## What is done.

tool-delete = Delete
tool-archive = Archive
tool-move = Move to…
tool-read = Mark as read
tool-unread = Mark as unread
tool-star = Star
tool-unstar = Remove star
tool-conversation = Conversation ({ NUMBER($count) })
kept-rest = Only the header of this message is kept here; the rest is on the server.
kept-rest-fetch = Fetch the rest
kept-rest-fetching = Fetching the rest…

move-title = Move to
move-what = { $count ->
    [one] 1 message to:
   *[other] { $count } messages to:
}
move-several = The messages belong to several accounts. Choose messages of one to move them.
move-new = New folder
move-new-button = Make it and move

folder = Folder
folder-name = Name
folder-rename = Rename
folder-remove-words = Where the folder is removed, its messages go to Archive.
folder-remove = Remove the folder

told-moved = { $count ->
    [one] 1 message moved to { $folder }.
   *[other] { $count } messages moved to { $folder }.
}
told-restored = { $count ->
    [one] 1 message moved back.
   *[other] { $count } messages moved back.
}
told-imported = { $count ->
    [one] 1 message taken into Archive.
   *[other] { $count } messages taken into Archive.
}
told-exported = { $count ->
    [one] 1 message written to a file.
   *[other] { $count } messages written to a file.
}
told-saved = Settings saved.
told-forgotten = Forgotten: the next check asks you to sign in.
told-removed = The account was removed from this device. Nothing was changed on the server.
# The name of a file.
file-rescued = rescued mail
file-writing-of = Writing the file: { NUMBER($done) } of { NUMBER($all) } messages, { $size }
file-writing = { $count ->
    [one] Writing the file: 1 message, { $size }
   *[other] Writing the file: { $count } messages, { $size }
}
file-taking-in = { $count ->
    [one] Taking in: 1 message, { $size }
   *[other] Taking in: { $count } messages, { $size }
}

empty-title = Empty Deleted?
empty-words = { $count ->
    [one] 1 message in Deleted will be removed from this device for good. This cannot be undone.
   *[other] { $count } messages in Deleted will be removed from this device for good. This cannot be undone.
}
empty-yes = Remove for good
remove-title = Remove from this device?
remove-words = { $count ->
    [one] 1 message of { $name } and its folders will be removed from this device. Nothing is deleted on the server: what is still there stays, and what is only here is lost. Back it up first if in doubt.
   *[other] { $count } messages of { $name } and its folders will be removed from this device. Nothing is deleted on the server: what is still there stays, and what is only here is lost. Back it up first if in doubt.
}
remove-yes = Remove from this device
discard-title = Remove what is kept?
discard-words = The damaged mailbox, with all accounts, will be removed from this device. Save first what can be read. Mail that is still on the server is not affected.
discard-yes = Remove it

sign-in = Sign in
sign-in-for = For { $user } on { $host }, to fetch what is new.
sign-in-words = Encrypted, with a key that this browser does not give out. Who can open this browser can fetch your mail with it. Otherwise it is forgotten with this tab.

trouble-account = Account: { $name }
trouble-password = Sign in…
trouble-rescue = Save what can be read
trouble-discard = Remove it and begin anew…
trouble-preview = Preview a mailbox

## Account settings.

expires = { $days ->
    [0] The server removes mail by itself once it has been fetched.
    [1] The server removes mail by itself after a day.
   *[other] The server removes mail by itself after { $days } days.
}
settings-postponed = { $count ->
    [one] 1 message could not be fetched and will be tried again.
   *[other] { $count } messages could not be fetched and will be tried again.
}
settings-server = On the server
settings-server-words = What becomes there of messages that are kept here. Nothing is deleted before it is safely on this device.
policy-leave = Leave
policy-leave-words = Other devices see them as well.
policy-after = Delete after
policy-after-words = Counted from the day a message was kept here.
policy-here = Delete when deleted here
policy-here-words = When a message goes to Deleted here, it goes from the server with the next check.
policy-once = Delete once kept
policy-once-words = The classic way: this device has the only copy then. Back it up.
policy-headers = Headers only
policy-headers-words = Only headers are kept; the rest of a message comes when you ask for it.
settings-device = On this device
settings-limit = Fetch only the header of messages larger than
settings-check = Check for new mail every
settings-check-words = While this page is open. Where the server wants a pause between two visits, it gets it.
# Behind their fields, and what those are called.
settings-days = days
settings-megabytes = megabytes
settings-mb = MB
settings-minutes = minutes
settings-wrong-days = Type a number of days, such as 30.
settings-wrong-megabytes = Type a number of megabytes, such as 10.
settings-wrong-minutes = Type a number of minutes, such as 15.
settings-would-delete = { $count ->
    [0] Now it would delete nothing on the server; later it deletes what falls under it.
    [one] Now it would delete 1 message on the server, with the next check for new mail. It is kept here.
   *[other] Now it would delete { $count } messages on the server, with the next check for new mail. They are kept here.
}
settings-yes = Yes, delete on the server
settings-no = No, change nothing
settings-counting = Counting…
settings-save = Save
settings-account = This account
settings-promised = The browser has promised not to clear it by itself.
settings-not-promised = The browser may clear it where room runs short: back it up.
settings-zip = Save as ZIP of .eml
settings-forget = Forget the password
settings-forget-sign-in = Forget the sign-in
settings-remove = Remove this account…
settings-import = Import
settings-import-words = Takes the messages of mbox and .eml files into Archive.
