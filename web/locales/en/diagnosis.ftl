### "Diagnosis": what was said with mail servers, to be shown to whoever helps.

diagnosis = Diagnosis
diagnosis-lead = What was said with mail servers lately. Passwords and messages are left out; user and host names are not. Whoever runs the mail server can see from it what went wrong.
diagnosis-waiting = Collecting…
diagnosis-none = No mail server has been spoken with yet.
diagnosis-again = Read again
diagnosis-copy = Copy the report
diagnosis-save = Save the report
diagnosis-copied = The report is copied.
diagnosis-not-copied = The browser does not let the page copy. Save the report instead.

# The report's own heading. $version: of the page.
diagnosis-report = Restante { $version }, report of { $date }
diagnosis-server = Server
diagnosis-server-port = { $host }, port { $port }
diagnosis-purpose = Purpose
diagnosis-fetches = fetching mail (POP3)
diagnosis-submits = sending letters (SMTP submission)
diagnosis-protection = Protection
diagnosis-tls = TLS from the first octet
diagnosis-starttls = STARTTLS
diagnosis-clear = none
diagnosis-ends-here = { $protection }, ends in this browser
diagnosis-ends-at-bridge = { $protection }, ends at the bridge
diagnosis-bridge = Bridge
diagnosis-own-bridge = the one that serves this page
diagnosis-certificates = Certificate
diagnosis-certificate = { $subject }, signed by { $issuer }, valid { $from } to { $until }
diagnosis-reached = Broke off while
diagnosis-reached-connecting = connecting to the bridge and the server
diagnosis-reached-securing = negotiating TLS
diagnosis-reached-greeting = talking to the server
diagnosis-ended = Ended
diagnosis-dialogue = Dialogue
diagnosis-silence = Nothing was said.

# In place of what is left out of a line.
diagnosis-secret = (secret)
diagnosis-lines = { $lines ->
    [one] (1 line)
   *[other] ({ $lines } lines)
}
diagnosis-octets = { $octets ->
    [one] (1 octet)
   *[other] ({ $octets } octets)
}
diagnosis-gap = { $lines ->
    [one] (1 line is not remembered)
   *[other] ({ $lines } lines are not remembered)
}

# Behind the line that signs in.
diagnosis-why-asked = asked for by name
diagnosis-why-strongest = the strongest that both sides know
diagnosis-why-flight = as strong as any that both sides know, and it saves a round trip
diagnosis-why-unbound = the server announces channel binding and refused it
diagnosis-why-nothing = the server announces nothing, and every server has this
