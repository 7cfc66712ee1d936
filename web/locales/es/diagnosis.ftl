### "Diagnóstico": lo que se habló con los servidores de correo, para enseñarlo a quien ayuda.

diagnosis = Diagnóstico
diagnosis-lead = Lo último que se habló con los servidores de correo. No incluye contraseñas ni mensajes; sí nombres de usuario y de servidor. Quien administra el servidor puede ver con ello qué falló.
diagnosis-waiting = Reuniendo…
diagnosis-none = Todavía no se ha hablado con ningún servidor de correo.
diagnosis-again = Leer de nuevo
diagnosis-copy = Copiar el informe
diagnosis-save = Guardar el informe
diagnosis-copied = El informe está copiado.
diagnosis-not-copied = El navegador no deja copiar a la página. Guarde el informe.

# The report's own heading. $version: of the page.
diagnosis-report = Restante { $version }, informe de { $date }
diagnosis-server = Servidor
diagnosis-server-port = { $host }, puerto { $port }
diagnosis-purpose = Finalidad
diagnosis-fetches = recibir correo (POP3)
diagnosis-submits = enviar mensajes (SMTP submission)
diagnosis-protection = Protección
diagnosis-tls = TLS desde el primer octeto
diagnosis-starttls = STARTTLS
diagnosis-clear = ninguna
diagnosis-ends-here = { $protection }, termina en este navegador
diagnosis-ends-at-bridge = { $protection }, termina en el puente
diagnosis-bridge = Puente
diagnosis-own-bridge = el que sirve esta página
diagnosis-certificates = Certificado
diagnosis-certificate = { $subject }, firmado por { $issuer }, válido del { $from } al { $until }
diagnosis-reached = Se interrumpió al
diagnosis-reached-connecting = conectar con el puente y el servidor
diagnosis-reached-securing = negociar TLS
diagnosis-reached-greeting = hablar con el servidor
diagnosis-ended = Final
diagnosis-dialogue = Diálogo
diagnosis-silence = No se dijo nada.

# In place of what is left out of a line.
diagnosis-secret = (secreto)
diagnosis-lines = { $lines ->
    [one] (1 línea)
   *[other] ({ $lines } líneas)
}
diagnosis-octets = { $octets ->
    [one] (1 octeto)
   *[other] ({ $octets } octetos)
}
diagnosis-gap = { $lines ->
    [one] (1 línea no se recuerda)
   *[other] ({ $lines } líneas no se recuerdan)
}

# Behind the line that signs in.
diagnosis-why-asked = pedido por su nombre
diagnosis-why-strongest = el más fuerte que conocen ambos lados
diagnosis-why-flight = tan fuerte como cualquiera que conozcan ambos lados, y ahorra un viaje de ida y vuelta
diagnosis-why-unbound = el servidor anuncia el enlace al canal y lo rechazó
diagnosis-why-nothing = el servidor no anuncia nada, y todos los servidores tienen este
