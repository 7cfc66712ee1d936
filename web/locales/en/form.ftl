### The form that opens a mailbox, and the screen around it.

form-lead = Read your POP3 mail in this tab. Nothing to install; nothing is kept and nothing changes on the server, unless you say so.
# Around the ring of the stamp. It is set to a width of its own.
form-stamp = POSTE RESTANTE · HELD UNTIL CALLED FOR ·{" "}
form-kept = Mail is kept on this device.
form-back-to-mail = Back to your mail
# $label: the name of a mailbox that the host offers.
form-preset-filled = { $label } is filled in: one click opens it.
form-preset-offered = { $label } is offered by this host.
form-preset-use = Fill it in
form-legend = Your mailbox
form-address = Mail address
form-server = Mail server
form-port = Port
form-security = Security
form-security-none = none
form-user = User name
form-token = Access token
form-clear = No TLS: nothing is protected.
form-clear-words = Your password and your mail travel in clear text. Anybody between the bridge and the mail server can read and change them. Choose this only inside a network that you trust.
form-clear-agree = I agree: send my password in clear text
form-keep = Keep mail on this device
form-keep-words = Fetches all mail into this browser, to be read and searched without a connection. Whoever can use this browser can read it; on the server it stays until you decide otherwise.
form-keep-more = Your browser may ask whether this page may store data for good: without that, it may clear mail when room runs short. Server and user name are remembered.
form-open = Open mailbox
form-tls-end = Where TLS ends
form-tls-at-bridge = TLS ended by the bridge
form-tls-at-bridge-words = For servers whose TLS this browser cannot speak. The bridge then checks the certificate, and whoever runs it could read your password and your mail.

## Settings that are found by the mail address.

find-hint = Server, port, security and user name are filled in where this page can find them.
# $domain: what stands behind the @.
find-waiting = Looking for the settings of { $domain }…
# $provider: its name.
find-known = Settings of { $provider }, known to this page.
# $server: the one that takes letters.
find-sends = Mail is sent through { $server }.
find-dns = Settings from the DNS of { $domain }.
find-autoconfig = Settings as published by { $domain }.
find-elsewhere = They name a server of another domain: use it only if your provider does.
find-barred = The DNS of { $domain } names a server that this bridge does not connect to: its operator decides which ones it serves.
find-unlisted = { $domain } publishes its mail servers, and none for POP3 with TLS. If your provider has one all the same, type it below.
find-differs = The settings found are { $server }, port { $port }, { $security }. What you typed stays.
find-use = Use these settings
find-nothing = Nothing is known of { $domain }. Ask your provider for its POP3 server, and type it below.
find-late = No settings came in time. Ask your provider for its POP3 server, and type it below.
find-no-pop3 = { $provider } offers no POP3, so its mailboxes cannot be opened here.
find-help = Help from { $provider } (opens a new tab)
need-switch-on = POP3 has to be switched on first, in the settings of your mailbox.
need-app-password = Your usual password is refused here: make one for mail programs (an “app password”) in the settings of your account.
need-oauth = This provider lets mail programs in by a page of its own only (OAuth), which the host of this page has not set up: it will refuse your password.
need-paid = POP3 is for mailboxes that are paid for.

## Signing in at a provider.

# $provider: its name.
oauth-begin = Sign in with { $provider }
oauth-words = { $provider } signs you in on a page of its own, in another window. Your password stays there; this page is given access to your mail alone.
oauth-waiting = Waiting for you to sign in with { $provider } in the other window…
oauth-redeeming = Asking { $provider } for access to your mailbox…
oauth-granted = You are signed in with { $provider }.
oauth-again = Sign in again
oauth-blocked = Your browser did not open the window of { $provider }. Allow this page to open windows, and try again.
oauth-password = Use a password instead
oauth-keep = Stay signed in on this device

## What is wrong with the form.

wrong-host = Type the name of your mail server, such as pop.example.org.
wrong-port = The port is a number from 1 to 65535; 995 for TLS, 110 for STARTTLS.
wrong-user = Type your user name. It is often the whole mail address.
wrong-password = Type your password.
wrong-sign-in = Sign in with your provider first.
wrong-token = This bridge asks for an access token. Its operator gives it to you.
wrong-cleartext = Without TLS, agree first that everything travels in clear text, or choose TLS.
wrong-bridge-scheme = The address of a bridge begins with wss://, such as wss://bridge.example.org/tunnel.
wrong-bridge-clear = Without TLS (ws://) a bridge may only be on this very machine. Use an address that begins with wss://.
wrong-bridge-form = This is no address of a bridge. It looks like wss://bridge.example.org/tunnel.
wrong-link-password = The link holds a password, so it was not used: a password does not belong in a link. Use one without it.
wrong-link = The link is no address of a mailbox. It looks like pops://user@pop.example.org:995.

## How far the opening has come.

stage-connecting = Connecting to the mail server…
stage-securing = Checking the certificate…
stage-greeting = Waiting for the server's greeting…
stage-signing-in = Signing in…
stage-opening = Opening the mailbox…
stage-closing = Closing…

## The choice of a bridge.

bridge = Bridge
# $bridge: its name, or one of those below.
bridge-chosen = Bridge: { $bridge }
bridge-address = Address of the bridge
bridge-own = this page’s own
bridge-typed = another, by its address
bridge-words = A bridge moves bytes between this browser and your mail server. Whoever runs it sees your network address, which server you use, when and how much; password and mail only where TLS does not end in this browser. It has to accept this page, and may ask for an access token of its own.

## The way that mail takes.

way = The way your mail takes
way-browser = This browser
way-server = Mail server
way-port = port { $port }
way-tls-here = TLS ends here
way-clear = sends clear text
way-no-tls = no TLS for mail
way-tls-to-bridge = TLS to the bridge
way-bridge-blind = sees only ciphertext
way-bridge-reads = could read everything
way-bridge-ends-tls = ends TLS, could read
way-sealed = Only this browser and the mail server can read your password and your mail.
way-to-be-sealed = Only this browser and the mail server will be able to read password and mail.
way-all-clear = Anybody between you and the mail server can read your password and your mail.
way-behind-bridge-clear = The bridge, and anybody between it and the mail server, can read your password and your mail.
way-to-bridge-clear = The bridge, and anybody between you and it, can read your password and your mail.
way-bridge = Whoever runs the bridge can read your password and your mail.

## A certificate.

certificate = The server's certificate
certificate-for = Made out for
certificate-holder = Holder
certificate-issuer = Signed by
certificate-itself = itself
certificate-valid = Valid
certificate-valid-span = { $from } to { $until }
certificate-fingerprint = SHA-256 fingerprint
certificate-trust-open = Trust exactly this certificate and open
certificate-trust-go-on = Trust exactly this certificate and go on

# Behind the button that tries again, while it cannot be used.
retry-wait = from { $time } on: in { $wait }

fault-of = At fault: { $who }

## What is asked below the form.

help-password = Where does my password go?
help-password-words = From this tab to your mail server, inside TLS that begins in this browser. The bridge moves bytes it cannot read, and nothing is written to this device unless you ask for it: close the mailbox or the tab, and it is forgotten. Only if you choose TLS that ends at the bridge, or no TLS, could somebody on the way read it; the picture above the line says which.
help-password-host = Whoever serves this page could change it, so open it from a host you trust. “About this page” shows its fingerprint.
help-contact = When is my mail server contacted?
help-contact-words = Not by your mail address: it is looked up in a list within this page, and if it is not there, its domain (what stands behind the @) is sent to the bridge, which asks DNS. The server is contacted when you go to the password, or type it, with server and port filled in. Then this page asks its bridge to connect, begins TLS, and reads what the server says of itself, so that the mailbox opens sooner. Your user name and your password are sent when you open the mailbox, and not before. A connection that you do not use is given up after half a minute; so is the one to the bridge that this page keeps ready while you fill the form in.
help-mail = What happens to my mail?
help-mail-words = Nothing. Messages are read where they are and stay on the server: none is deleted, none is marked, none is kept here. What you want to have, save as a file. If you choose to keep mail on this device, it is fetched into this browser, and stays on the server as well until you decide otherwise.
help-pop3 = POP3 or IMAP?
help-pop3-words = Restante speaks POP3, which nearly every mailbox offers beside IMAP; some providers want it to be switched on in their settings first. POP3 shows the inbox only, without folders.
