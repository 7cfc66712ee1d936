### Lo que ha fallado: un titular, y de quién es la culpa y qué hacer.

failure-bridge-unreachable = No se puede contactar con el puente.
failure-bridge-unreachable-advice = Falla la red o el puente. Conviene comprobar la conexión a Internet y volver a intentarlo.
failure-bridge-barred = Esta página no puede usar el puente elegido.
failure-bridge-barred-advice = No se ha enviado nada. La política con la que llegó esta página no incluye { $bridge }: debe hacerlo quien sirve la página. Hay que elegir otro puente.
failure-other-bridge = No se puede contactar con el puente elegido.
failure-other-bridge-advice = { $bridge } no responde o no acepta esta página: quien administra { $bridge } debe incluir { $page }. La contraseña no se ha enviado. Conviene revisar la dirección, elegir otro puente o consultar a quien lo administra.
failure-bridge-unauthorized = El puente pide un código de acceso válido.
failure-bridge-unauthorized-advice = Hay que escribir el código de acceso facilitado por quien administra este puente; uno antiguo puede haberse revocado.
failure-forbidden = El puente no se conecta a este servidor.
failure-forbidden-advice = Es la política de este puente, no un error de quien lo usa. Conviene revisar el nombre y el puerto del servidor, o pedir a quien administra el puente que lo permita.
failure-bridge-busy = El puente está ocupado.
failure-bridge-busy-advice = Tiene todas las conexiones que admite o se está reiniciando. Vuelva a intentarse dentro de un minuto.
failure-unknown-host = No existe ningún servidor con este nombre.
failure-unknown-host-advice = Conviene revisar cómo está escrito el servidor de correo. Figura en las páginas de ayuda del proveedor; a menudo empieza por «pop.» o «mail.».
failure-unreachable = El servidor de correo no responde.
failure-unreachable-advice = Conviene revisar servidor, puerto y seguridad: TLS suele estar en el puerto 995 y STARTTLS en el 110. Si son correctos, el servidor está caído; hay que volver a intentarlo más tarde.
failure-tls = No se ha podido establecer una conexión segura.
failure-tls-bridge-advice = El puente no ha podido proteger su conexión con el servidor. Se puede hacer que TLS termine en este navegador o avisar a quien administra el puente.
failure-tls-advice = Falla el servidor o hace falta otro ajuste de seguridad: el puerto 995 suele pedir TLS y el 110, STARTTLS.
failure-certificate-issuer = El certificado del servidor no está firmado por nadie que este navegador conozca.
failure-certificate-issuer-advice = La contraseña no se ha enviado. Si el servidor es propio, hay que comparar la huella de abajo con la que dé quien lo administra y confiar solo en este certificado. Si no, alguien puede haberse interpuesto en el camino.
failure-certificate-name = El certificado del servidor es para otro nombre.
failure-certificate-name-advice = La contraseña no se ha enviado. Hay que escribir el nombre del servidor tal como figura en el certificado (los nombres están abajo) o consultar a quien lo administra.
failure-certificate-expired = El certificado del servidor ha caducado.
failure-certificate-expired-advice = La contraseña no se ha enviado. Quien administra el servidor debe renovarlo; conviene revisar también la fecha de este dispositivo.
failure-certificate-early = El certificado del servidor todavía no es válido.
failure-certificate-early-advice = La contraseña no se ha enviado. Conviene revisar la fecha de este dispositivo.
failure-certificate-revoked = El certificado del servidor se ha revocado.
failure-certificate-revoked-advice = La contraseña no se ha enviado. No hay que confiar en él; conviene avisar a quien administra el servidor.
failure-certificate-other = No se puede verificar el certificado del servidor.
failure-certificate-other-advice = La contraseña no se ha enviado. Debe repararlo quien administra el servidor.
failure-certificate-changed = El servidor muestra un certificado distinto del que se aceptó.
failure-certificate-changed-advice = Puede que el servidor tenga un certificado nuevo o que alguien se haya interpuesto. La contraseña no se ha enviado. Antes de confiar en él hay que pedir la huella nueva a quien administra el servidor.
failure-no-starttls = El servidor no ofrece STARTTLS.
failure-no-starttls-advice = La contraseña no se ha enviado. Se puede elegir TLS (puerto 995); si el servidor no tiene ninguno de los dos, alguien puede haberse interpuesto, o quien lo administra debe activar TLS.
failure-cleartext = Sin TLS, la contraseña viajaría en texto claro.
failure-cleartext-advice = Hay que elegir TLS o STARTTLS. Sin ellos, cualquiera en el camino puede leer la contraseña y el correo; no se envía nada mientras no se acepte expresamente.
failure-not-pop3 = Lo que responde ahí no habla POP3.
failure-not-pop3-advice = Conviene revisar servidor y puerto: POP3 suele estar en el 995 (TLS) o en el 110 (STARTTLS). Si son correctos, falla el servidor.
failure-not-smtp = Lo que responde ahí no acepta correo para enviar (SMTP).
failure-not-smtp-advice = Conviene revisar servidor y puerto: el envío suele estar en el 465 (TLS) o en el 587 (STARTTLS). Si son correctos, falla el servidor.
failure-unfit-credentials = El usuario o la contraseña tienen caracteres que no se pueden enviar a este servidor.
failure-unfit-credentials-advice = No se ha enviado nada. Conviene revisar si lo escrito tiene caracteres de más; si no es así, hay que cambiar la contraseña por otra vía, como la web del proveedor.
failure-wrong-password = El servidor ha rechazado el usuario o la contraseña.
failure-wrong-password-advice = Conviene revisar ambos. El usuario suele ser la dirección de correo completa, y algunos proveedores exigen una contraseña de aplicación o activar antes POP3 en sus ajustes.
failure-provider-unreachable = El inicio de sesión del proveedor no responde.
failure-provider-unreachable-advice = El correo no se ha tocado. Conviene volver a intentarlo en unos minutos. Si sigue así, hay que avisar a quien administra esta página: puede que lo configurado para este proveedor no sea correcto.
failure-sign-in-refused = El proveedor no ha permitido iniciar sesión.
failure-sign-in-refused-advice = Hay que volver a iniciar sesión y aceptar lo que pide esta página. Si el proveedor sigue negándose, puede que quien administra el buzón tenga que autorizar antes esta página.
failure-sign-in-over = La sesión iniciada con el proveedor ha terminado.
failure-sign-in-over-advice = Los proveedores la terminan al cabo de un tiempo o al cambiar la contraseña. Hay que volver a iniciar sesión; en una vista previa, cerrando antes el buzón.
failure-other-server = La sesión iniciada con el proveedor no es para este servidor.
failure-other-server-advice = Solo se muestra a los servidores del proveedor, y solo con TLS que termina en este navegador. No se ha enviado nada. Hay que elegir el servidor del proveedor y TLS, o usar una contraseña.
failure-token-refused = El servidor de correo no acepta la sesión iniciada con el proveedor.
failure-token-refused-advice = El usuario debe ser el buzón con el que se ha iniciado sesión. Algunos proveedores exigen activar antes POP3 en sus ajustes. Después hay que volver a iniciar sesión.
failure-no-mechanism = El servidor no ofrece ninguna forma de identificarse que Restante conozca.
failure-no-mechanism-advice = Falla el servidor, o solo permite identificarse con TLS: hay que elegir TLS o STARTTLS.
failure-in-use = El buzón está abierto en otra sesión.
failure-in-use-advice = Probablemente otro programa de correo está descargando en este momento. Hay que cerrarlo o volver a intentarlo en unos minutos.
failure-try-later = El servidor pide volver más tarde.
failure-try-later-in-advice = No es culpa de la contraseña. Hay que volver a intentarlo dentro de { $duration }.
failure-try-later-advice = No es culpa de la contraseña. Hay que volver a intentarlo dentro de unos minutos.
failure-refused = El servidor lo ha rechazado.
failure-refused-advice = Falla el servidor o no permite esto. Si sigue así, conviene consultar a quien lo administra.
failure-connection-lost = Se ha perdido la conexión.
failure-connection-closed-advice = El servidor ha cerrado la conexión. Lo leído sigue aquí; para continuar hay que abrir de nuevo el buzón.
failure-connection-lost-advice = Falla la red. Lo leído sigue aquí; para continuar hay que abrir de nuevo el buzón.
failure-timed-out = El servidor ha tardado demasiado.
failure-timed-out-advice = El servidor o la red van lentos o se han quedado parados. Lo leído sigue aquí; para continuar hay que abrir de nuevo el buzón.
failure-no-such-message = No se puede obtener este mensaje.
failure-not-given-out-advice = El servidor no lo entrega: puede estar borrado o dañado allí. Los demás mensajes no se ven afectados.
failure-no-such-message-advice = Hay que abrir de nuevo el buzón y después el mensaje.
failure-outdated = El buzón ha cambiado.
failure-outdated-advice = Han llegado o desaparecido mensajes y la lista se ha vuelto a empezar. Hay que elegir el mensaje en ella.
failure-too-large = Este mensaje es demasiado grande para mostrarlo aquí.
failure-too-large-advice = Es mayor de lo que un navegador puede contener. Sigue en el servidor; hay que descargarlo con otro programa de correo.
failure-device-full = No queda espacio en este dispositivo.
failure-device-full-advice = Lo guardado sigue aquí, y en el servidor no se borra nada que no esté aquí. Hay que liberar espacio o vaciar Eliminados y volver a comprobar el correo.
failure-damaged = El buzón de este dispositivo está dañado.
failure-damaged-advice = Lo que se pueda leer de él se puede guardar en un archivo. El correo que sigue en el servidor no se ve afectado.
failure-no-storage = Este navegador no guarda correo.
failure-no-storage-advice = No permite que una página tenga archivos propios: muchos no lo hacen en ventanas privadas. La vista previa funciona igualmente; para guardar correo hay que usar otro navegador.
failure-store-too-new = El buzón de este dispositivo es de una versión más nueva.
failure-store-too-new-advice = No se ha cambiado nada en él. Hay que recargar la página para obtener su versión nueva.
failure-other-version = Otra pestaña tiene el buzón abierto con otra versión de esta página.
failure-other-version-advice = Al cerrar aquella pestaña, esta continúa. También se pueden recargar ambas.
failure-bad-search = Eso no se puede buscar.
failure-bad-search-advice = Las palabras encuentran lo que las contiene todas; las “comillas”, una frase. Las fechas se escriben como en after:2026-01-31 y los tamaños como en larger:5M.
failure-name-taken = Ya hay una carpeta con este nombre.
failure-name-taken-advice = Hay que elegir otro nombre.
failure-unreadable-file = No se puede importar este archivo.
failure-unreadable-file-advice = No es un mbox ni un mensaje. Lo que había antes del error se ha importado.
failure-unfit-letter = Este mensaje todavía no se puede enviar.
failure-letter-no-recipients-advice = No tiene destinatarios: hay que rellenar Para, Cc o Cco.
failure-letter-bad-address-advice = «{ $text }» no es una dirección. Las direcciones son como nombre@example.org y se separan con comas.
failure-letter-bad-sender-advice = No se puede enviar desde «{ $text }», que no es una dirección. Hay que corregir «Dirección propia» en los ajustes de la cuenta.
failure-letter-not-redirectable-advice = Ese mensaje no se puede redirigir tal como está, porque los servidores no aceptan sus líneas. Se puede reenviar como adjunto.
failure-letter-too-large-advice = Con sus archivos ocupa { $octets } MB y no se pueden enviar más de { $limit } MB. Hay que quitar un archivo o repartirlos en varios mensajes.
failure-letter-unreadable-file-advice = El navegador no puede leer «{ $name }». Puede que se haya movido o cambiado: hay que elegirlo de nuevo.
failure-internal = Algo ha fallado dentro de Restante.
failure-internal-advice = El fallo es nuestro. Hay que abrir de nuevo el buzón; si se repite, agradecemos que se nos comunique.

fault-session = Otra sesión de este buzón
fault-server = El servidor de correo
fault-network = La red
fault-operator = El puente
fault-site = Quien sirve esta página
fault-user = Lo que se ha escrito
fault-provider = El proveedor
fault-device = Este dispositivo
fault-restante = Restante

reason-no-password = aquí no se conoce la contraseña
reason-too-large = tiene { $octets } MB o más; Restante admite { $limit } MB
reason-not-tls = lo que ha respondido no es TLS
reason-handshake-cut = la conexión se cerró durante la negociación TLS
reason-tab-closed = la pestaña que hacía el trabajo se cerró a la mitad

pause-seconds = { $count ->
    [one] un segundo
   *[other] { $count } segundos
}
pause-minutes = { $count ->
    [one] un minuto
   *[other] { $count } minutos
}
pause-hours = { $count ->
    [one] una hora
   *[other] { $count } horas
}

deletion-none = No se ha borrado nada en el servidor.
deletion-none-because = No se ha borrado nada en el servidor. { $headline }
deletion-done = { $count ->
    [one] Se ha borrado 1 mensaje en el servidor.
   *[other] Se han borrado { $count } mensajes en el servidor.
}
deletion-denied = { $count ->
    [one] El servidor dice que de 1 mensaje no se ha borrado todo{ $said }. Al abrir de nuevo el buzón se verá.
   *[other] El servidor dice que de { $count } mensajes algunos no se han borrado{ $said }. Al abrir de nuevo el buzón se verá.
}
deletion-unanswered = { $count ->
    [one] El servidor no ha confirmado el borrado de 1 mensaje. Al abrir de nuevo el buzón se verá.
   *[other] El servidor no ha confirmado el borrado de { $count } mensajes. Al abrir de nuevo el buzón se verá.
}
deletion-refused = { $count ->
    [one] Se ha negado a borrar 1 mensaje{ $said }.
   *[other] Se ha negado a borrar { $count } mensajes{ $said }.
}
deletion-unsure = { $count ->
    [one] 1 mensaje no se ha tocado: no es seguro que sea el que se marcó.
   *[other] { $count } mensajes no se han tocado: no es seguro que sean los que se marcaron.
}
deletion-said = {" "}(«{ $words }»)
