### What went wrong: a headline, and who is at fault and what to do.

failure-bridge-unreachable = The bridge cannot be reached.
failure-bridge-unreachable-advice = The network or the bridge is at fault. Check your connection to the Internet, then try again.
failure-bridge-barred = This page may not use the chosen bridge.
failure-bridge-barred-advice = Nothing was sent. The policy this page came with does not list { $bridge }: whoever serves the page has to. Choose another bridge.
failure-other-bridge = The chosen bridge cannot be reached.
failure-other-bridge-advice = { $bridge } does not answer, or does not accept this page: whoever runs { $bridge } has to list { $page }. Your password was not sent. Check the address, choose another bridge, or ask its operator.
failure-bridge-unauthorized = The bridge asks for a valid access token.
failure-bridge-unauthorized-advice = Type in the access token that the operator of this bridge gave you; an old one may have been revoked.
failure-forbidden = The bridge does not connect to this server.
failure-forbidden-advice = That is this bridge's policy, not a fault of yours. Check the server's name and port, or ask the operator of the bridge to allow it.
failure-bridge-busy = The bridge is busy.
failure-bridge-busy-advice = It carries as many connections as it allows, or is being restarted. Try again in a minute.
failure-unknown-host = There is no server of this name.
failure-unknown-host-advice = Check the spelling of the mail server. Your provider's help pages name it; it often begins with “pop.” or “mail.”.
failure-unreachable = The mail server does not answer.
failure-unreachable-advice = Check server, port and security: TLS is usually on port 995, STARTTLS on port 110. If they are right, the server is down; try again later.
failure-tls = No secure connection came about.
failure-tls-bridge-advice = The bridge could not secure its connection to the server. Let TLS end in this browser instead, or tell the operator of the bridge.
failure-tls-advice = The server is at fault, or another security setting is needed: port 995 usually wants TLS, port 110 STARTTLS.
failure-certificate-issuer = The server's certificate is signed by nobody this browser knows.
failure-certificate-issuer-advice = Your password was not sent. If this is your own server, compare the fingerprint below with the one its operator gives you, and trust exactly this certificate. Otherwise somebody may stand between you and it.
failure-certificate-name = The server's certificate is for another name.
failure-certificate-name-advice = Your password was not sent. Type the server's name as the certificate has it (the names are below), or ask the server's operator.
failure-certificate-expired = The server's certificate has expired.
failure-certificate-expired-advice = Your password was not sent. The server's operator has to renew it; check the date of this device as well.
failure-certificate-early = The server's certificate is not valid yet.
failure-certificate-early-advice = Your password was not sent. Check the date of this device.
failure-certificate-revoked = The server's certificate was withdrawn.
failure-certificate-revoked-advice = Your password was not sent. Do not trust it; tell the server's operator.
failure-certificate-other = The server's certificate cannot be verified.
failure-certificate-other-advice = Your password was not sent. The server's operator has to repair it.
failure-certificate-changed = The server shows another certificate than the one you trust.
failure-certificate-changed-advice = The server may have been given a new certificate, or somebody stands between you and it. Your password was not sent. Ask the server's operator for the new fingerprint before you trust it.
failure-no-starttls = The server does not offer STARTTLS.
failure-no-starttls-advice = Your password was not sent. Choose TLS (port 995) instead; if the server has neither, somebody may be in the way, or its operator must switch TLS on.
failure-cleartext = Without TLS your password would travel in clear text.
failure-cleartext-advice = Choose TLS or STARTTLS. Without them anybody on the way can read your password and your mail; nothing is sent unless you say yes to that.
failure-not-pop3 = What answers there does not speak POP3.
failure-not-pop3-advice = Check server and port: POP3 is usually on port 995 (TLS) or 110 (STARTTLS). If they are right, the server is at fault.
failure-not-smtp = What answers there takes no letters (SMTP).
failure-not-smtp-advice = Check server and port: letters are usually handed in on port 465 (TLS) or 587 (STARTTLS). If they are right, the server is at fault.
failure-unfit-credentials = User name or password hold characters that cannot be sent to this server.
failure-unfit-credentials-advice = Nothing was sent. Check what you typed for characters that do not belong there; if they do, set another password by another way, such as your provider's web pages.
failure-wrong-password = The server refused user name or password.
failure-wrong-password-advice = Check both. The user name is often the whole mail address, and some providers want an app password, or POP3 to be switched on in their settings first.
failure-provider-unreachable = The provider's sign-in does not answer.
failure-provider-unreachable-advice = Your mail is untouched. Try again in a few minutes. If it stays like this, ask the operator of this page: what is set up for this provider may be wrong.
failure-sign-in-refused = The provider did not sign you in.
failure-sign-in-refused-advice = Sign in again, and agree to what this page asks for. If the provider still refuses, whoever administers your mailbox may have to allow this page first.
failure-sign-in-over = Your sign-in at the provider has ended.
failure-sign-in-over-advice = Providers end it after a while, or when a password is changed. Sign in again; in a preview, close the mailbox first.
failure-other-server = Your sign-in at the provider is not for this server.
failure-other-server-advice = It is shown to the provider's own servers only, and only under TLS that ends in this browser. Nothing was sent. Choose the provider's server and TLS, or use a password.
failure-token-refused = The mail server does not accept your sign-in at the provider.
failure-token-refused-advice = The user name has to be the mailbox that you signed in for. Some providers want POP3 to be switched on in its settings first. Then sign in again.
failure-no-mechanism = The server offers no way to sign in that Restante knows.
failure-no-mechanism-advice = The server is at fault, or it offers sign-in over TLS only: choose TLS or STARTTLS.
failure-in-use = The mailbox is open in another session.
failure-in-use-advice = Another mail program of yours is probably fetching mail right now. Close it, or try again in a few minutes.
failure-try-later = The server asks to come back later.
failure-try-later-in-advice = Your password is not at fault. Try again in { $duration }.
failure-try-later-advice = Your password is not at fault. Try again in a few minutes.
failure-refused = The server refused.
failure-refused-advice = The server is at fault or does not allow this. If it stays so, ask the server's operator.
failure-connection-lost = The connection was lost.
failure-connection-closed-advice = The server closed the connection. What you have read stays here; open the mailbox again to go on.
failure-connection-lost-advice = The network is at fault. What you have read stays here; open the mailbox again to go on.
failure-timed-out = The server took too long.
failure-timed-out-advice = The server or the network is slow or stuck. What you have read stays here; open the mailbox again to go on.
failure-no-such-message = This message cannot be had.
failure-not-given-out-advice = The server does not give it out: it may be deleted or damaged there. The other messages are not affected.
failure-no-such-message-advice = Open the mailbox again, and then the message.
failure-outdated = The mailbox has changed.
failure-outdated-advice = Messages came or went, and the list was started anew. Choose the message from it.
failure-too-large = This message is too large to be shown here.
failure-too-large-advice = It is larger than a browser can hold at once. It stays on the server; fetch it with another mail program.
failure-device-full = There is no room left on this device.
failure-device-full-advice = What was kept stays, and nothing is deleted on the server that is not here. Make room on this device, or empty Deleted, and check for new mail again.
failure-damaged = The mailbox on this device is damaged.
failure-damaged-advice = What can be read of it can be saved as a file. Mail that is still on the server is not affected.
failure-no-storage = This browser does not keep mail.
failure-no-storage-advice = It grants a page no files of its own: many do not in a private window. The preview works without; use another browser to keep mail.
failure-store-too-new = The mailbox on this device is of a newer version.
failure-store-too-new-advice = Nothing was changed in it. Reload the page to get its new version.
failure-other-version = Another tab has the mailbox open, with another version of this page.
failure-other-version-advice = Close that tab, and this one goes on. Or reload both.
failure-bad-search = That is not something to search for.
failure-bad-search-advice = Words find what has them all, “quotes” a phrase. Dates are written as in after:2026-01-31, sizes as in larger:5M.
failure-name-taken = There is a folder of this name already.
failure-name-taken-advice = Choose another name.
failure-unreadable-file = This file cannot be taken in.
failure-unreadable-file-advice = It is neither an mbox nor a message. What came before the fault in it was taken in.
failure-unfit-letter = This message cannot be sent yet.
failure-letter-no-recipients-advice = It has no recipients: fill in To, Cc or Bcc.
failure-letter-bad-address-advice = “{ $text }” is not an address. An address looks like name@example.org, and commas separate several.
failure-letter-bad-sender-advice = “{ $text }” is not an address that it can be sent from. Correct “Your address” in the account’s settings.
failure-letter-not-redirectable-advice = That message cannot go on as it is, for servers would not take its lines. Forward it as an attachment.
failure-letter-too-large-advice = With its files it has { $octets } MB, and no more than { $limit } MB can be sent. Remove a file, or send them in several messages.
failure-letter-unreadable-file-advice = The browser cannot read “{ $name }”. It may have been moved or changed: choose it again.
failure-internal = Something went wrong inside Restante.
failure-internal-advice = That is a fault of ours. Open the mailbox again; if it comes back, please report it.

# Who is at fault, behind "At fault: ".
fault-session = Another session of this mailbox
fault-server = The mail server
fault-network = The network
fault-operator = The bridge
fault-site = Whoever serves this page
fault-user = What was typed in
fault-provider = Your provider
fault-device = This device
fault-restante = Restante

## What else is known, behind who is at fault.

reason-no-password = the password is not known here
reason-too-large = it has { $octets } MB or more; Restante holds { $limit } MB
reason-not-tls = what answered is not TLS
reason-handshake-cut = the connection was closed during the TLS handshake
reason-tab-closed = the tab that did the work was closed in the middle of it

# A pause, behind "Try again in ".
pause-seconds = { $count ->
    [one] one second
   *[other] { $count } seconds
}
pause-minutes = { $count ->
    [one] one minute
   *[other] { $count } minutes
}
pause-hours = { $count ->
    [one] one hour
   *[other] { $count } hours
}

## What became of messages that were to be deleted when a preview was closed.

deletion-none = Nothing was deleted on the server.
# Behind the colon stands a headline from above.
deletion-none-because = Nothing was deleted on the server: { $headline }
deletion-done = { $count ->
    [one] 1 message was deleted on the server.
   *[other] { $count } messages were deleted on the server.
}
# $said: what the server said, in quotes and brackets, or nothing.
deletion-denied = { $count ->
    [one] The server says that of 1 message some were not deleted{ $said }. Open the mailbox again to see.
   *[other] The server says that of { $count } messages some were not deleted{ $said }. Open the mailbox again to see.
}
deletion-unanswered = { $count ->
    [one] The server did not confirm that 1 message was deleted. Open the mailbox again to see.
   *[other] The server did not confirm that { $count } messages were deleted. Open the mailbox again to see.
}
deletion-refused = { $count ->
    [one] It refused to delete 1 message{ $said }.
   *[other] It refused to delete { $count } messages{ $said }.
}
deletion-unsure = { $count ->
    [one] 1 message was left alone: it is not certain that it is the one you marked.
   *[other] { $count } messages were left alone: it is not certain that they are the ones you marked.
}
# In brackets, what a server said.
deletion-said = {" "}(“{ $words }”)
